'use strict';
const { readFileSync } = require('node:fs');
const { transformSync } = require('@swc/core');

/*
 * `node --require register-typescript.js FILE.ts`: for programs of this checkout that are run but not shipped. Types are
 * stripped, not checked.
 */
require.extensions['.ts'] = (target, file) => {
  const { code } = transformSync(readFileSync(file, 'utf8'), {
    filename: file,
    swcrc: false,
    sourceMaps: 'inline',
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: { type: 'commonjs' },
  });
  /** @type {{ _compile(code: string, file: string): void }} */ (/** @type {unknown} */ (target))._compile(code, file);
};

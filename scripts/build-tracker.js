'use strict';

const { execFileSync } = require('node:child_process');
const { copyFileSync, mkdirSync, readdirSync, writeFileSync } = require('node:fs');
const { join, resolve } = require('node:path');
const { build } = require('esbuild');

const root = resolve(__dirname, '..');
const assets = join(root, 'src/http/watch-page/assets');

/** What pages may rely on: browsers of the last three years. */
const TARGET = ['chrome111', 'edge111', 'firefox114', 'safari16.4'];

/** The page imports the one built file, as any other site does, instead of bundling its sources. */
const trackerIsBuilt = {
  name: 'tracker-is-built',
  /** @param {import('esbuild').PluginBuild} plugin */
  setup(plugin) {
    plugin.onResolve({ filter: /^\.\.\/index$/ }, () => ({ path: './tracker.js', external: true }));
  },
};

/** @param {string} entry @param {string} outfile @param {import('esbuild').Plugin[]} plugins */
function bundle(entry, outfile, plugins = []) {
  return build({
    entryPoints: [join(root, entry)],
    outfile,
    plugins,
    bundle: true,
    minify: true,
    format: 'esm',
    target: TARGET,
    charset: 'utf8',
    logLevel: 'warning',
  });
}

/**
 * Makes of the sources what browsers load: `tracker/tracker.js` with its types, and the page's assets.
 * @param {string} outDirectory
 */
async function buildTracker(outDirectory) {
  const tracker = join(outDirectory, 'tracker/tracker.js');
  const page = join(outDirectory, 'http/watch-page/assets');
  mkdirSync(page, { recursive: true });
  await bundle('tracker/index.ts', tracker);
  await bundle('tracker/page/watch.ts', join(page, 'watch.js'), [trackerIsBuilt]);
  await bundle('tracker/page/start.ts', join(page, 'start.js'));
  copyFileSync(tracker, join(page, 'tracker.js'));
  for (const name of readdirSync(assets)) copyFileSync(join(assets, name), join(page, name));
}

/** @param {string} outDirectory */
function emitTypes(outDirectory) {
  const types = join(outDirectory, 'tracker/types');
  const options = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--rootDir', root, '--outDir', types];
  execFileSync(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(root, 'tracker'), ...options],
    {
      stdio: 'inherit',
    },
  );
  writeFileSync(join(outDirectory, 'tracker/tracker.d.ts'), "export * from './types/tracker/index';\n");
}

if (require.main === module) {
  const outDirectory = resolve(process.argv[2] ?? join(root, 'dist'));
  void buildTracker(outDirectory).then(() => {
    if (!process.argv.includes('--no-types')) emitTypes(outDirectory);
  });
}

module.exports = { buildTracker };

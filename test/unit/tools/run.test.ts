import { execFile } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../../tools/paths';
import { temporaryDirectory } from '../../support/test-run';

const LOCKED = { 'node_modules/zod': { version: '4.0.0', integrity: 'sha512-a' } };

interface Checkout {
  /** Runs `node tools/run.mjs`, whose main.ts prints "main" and its words. */
  run(): Promise<{ code: number; output: string }>;
  /** Whether npm was called, and with which words. */
  npmWords(): string | undefined;
}

/** A checkout whose lock file names `locked`. Its node_modules have what npm wrote about `installed`. */
function createCheckout(locked: object, installed?: object, npm = installAsLocked): Checkout {
  const directory = temporaryDirectory('checkout');
  const calls = join(directory, 'npm-words');
  const path = (...names: string[]) => join(directory, ...names);
  for (const folder of ['bin', 'tools/servers', 'node_modules']) mkdirSync(path(folder), { recursive: true });
  for (const file of ['.swcrc', 'tools/run.mjs', 'tools/servers/guard.sh']) cpSync(join(ROOT, file), path(file));
  writeFileSync(path('tools/main.ts'), 'export const main = (words: string[]) => console.log("main", ...words);\n');
  writeFileSync(path('package-lock.json'), JSON.stringify({ packages: { '': { name: 'openeg' }, ...locked } }));
  symlinkSync(join(ROOT, 'node_modules/@swc'), path('node_modules/@swc'));
  if (installed !== undefined) {
    writeFileSync(path('node_modules/.package-lock.json'), JSON.stringify({ packages: installed }));
  }
  writeFileSync(path('bin/npm'), `#!/bin/sh\necho "$*" >> ${calls}\n${npm}\n`);
  chmodSync(path('bin/npm'), 0o755);
  return {
    run: () =>
      new Promise((resolve) => {
        const env = { PATH: `${path('bin')}:/usr/bin:/bin` };
        execFile(process.execPath, [path('tools/run.mjs'), 'a', 'b'], { env }, (error, stdout, stderr) => {
          resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr });
        });
      }),
    npmWords: () => (existsSync(calls) ? readFileSync(calls, 'utf8').trim() : undefined),
  };
}

const installAsLocked = 'cp package-lock.json node_modules/.package-lock.json';

test.each([
  { state: 'nothing is installed', installed: undefined },
  { state: 'an earlier version is installed', installed: { 'node_modules/zod': { version: '3.9.0', integrity: 'b' } } },
  { state: 'one more is installed', installed: { ...LOCKED, 'node_modules/ms': { integrity: 'sha512-c' } } },
  { state: 'one is missing', installed: {} },
])('packages are installed when $state', async ({ installed }) => {
  const checkout = createCheckout(LOCKED, installed);
  expect(await checkout.run()).toEqual({ code: 0, output: 'main a b\n' });
  expect(await checkout.run()).toEqual({ code: 0, output: 'main a b\n' });
  expect(checkout.npmWords()).toBe('ci --loglevel=error');
});

test('packages of other platforms may be missing', async () => {
  const fsevents = { version: '2.0.0', integrity: 'sha512-d', optional: true };
  const checkout = createCheckout({ ...LOCKED, 'node_modules/fsevents': fsevents }, LOCKED);
  expect(await checkout.run()).toEqual({ code: 0, output: 'main a b\n' });
  expect(checkout.npmWords()).toBeUndefined();
});

test("npm's failure ends the command, in npm's words", async () => {
  const checkout = createCheckout(LOCKED, undefined, 'echo "npm error code ENOTFOUND" >&2; exit 1');
  expect(await checkout.run()).toEqual({ code: 1, output: 'npm error code ENOTFOUND\n' });
});

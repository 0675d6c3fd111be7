import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
// `node tools/run.mjs COMMAND …` runs main.ts, after `npm ci` if node_modules differs from package-lock.json.
if (process.versions.node.localeCompare('20.18', 'en', { numeric: true }) < 0) throw new Error('Node is below 20.18.');
process.chdir(`${import.meta.dirname}/..`);
const packagesOf = (file) => readFile(file, 'utf8').then((text) => JSON.parse(text).packages);
const locked = await packagesOf('package-lock.json');
const found = await packagesOf('node_modules/.package-lock.json').catch(() => ({}));
const isRight = (path) => locked[path]?.integrity === found[path]?.integrity || (!found[path] && locked[path].optional);
if (!Object.keys({ ...locked, ...found }).every(isRight)) {
  const words = ['tools/servers/guard.sh', '10', 'npm', 'ci', '--loglevel=error'];
  const npm = spawn('/bin/sh', words, { detached: true, stdio: ['ignore', 1, 2, 'pipe'] });
  if ((await new Promise((ended) => npm.once('exit', ended))) !== 0) process.exit(1);
  npm.stdio[3].end('\n');
}
const require = createRequire(import.meta.url);
require.extensions['.ts'] = (module, file) => module._compile(require('@swc/core').transformFileSync(file).code, file);
process.setSourceMapsEnabled(true);
require('./main.ts').main(process.argv.slice(2));

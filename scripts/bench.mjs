import { join } from 'node:path';
import { runSteps } from './running/run-steps.mjs';

/* `npm run bench`: what the benchmarks need, the build, then the benchmarks; words after `--` name some of them. */

const SCRIPTS = import.meta.dirname;

await runSteps([
  [join(SCRIPTS, 'setup.mjs'), 'demo'],
  [join(SCRIPTS, 'build.mjs')],
  [
    '--enable-source-maps',
    '--require',
    join(SCRIPTS, 'running', 'register-typescript.js'),
    join(SCRIPTS, '..', 'bench', 'main.ts'),
    ...process.argv.slice(2),
  ],
]);

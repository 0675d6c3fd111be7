import { join } from 'node:path';
import { runSteps } from './running/run-steps.mjs';
import { removeSummary } from './testing/test-summary.js';

/* `npm test`: what the tests need, the build, then every test; words after `--` go to jest. */

const SCRIPTS = import.meta.dirname;

removeSummary();
await runSteps([
  [join(SCRIPTS, 'setup.mjs'), 'test'],
  [join(SCRIPTS, 'build.mjs')],
  // Without forceExit a test that failed before it closed a connection would keep the whole run from ending.
  [join(SCRIPTS, '..', 'node_modules', 'jest', 'bin', 'jest.js'), '--forceExit', ...process.argv.slice(2)],
]);

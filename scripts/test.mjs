import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { removeSummary } from './testing/test-summary.js';

/* `npm test`: what the tests need, the build, then every test; words after `--` go to jest. */

const SCRIPTS = import.meta.dirname;
const JEST = join(SCRIPTS, '..', 'node_modules', 'jest', 'bin', 'jest.js');

/**
 * @param {string} script
 * @param {readonly string[]} parameters
 * @returns {Promise<number>} its exit code
 */
function runNode(script, parameters) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...parameters], { stdio: 'inherit' });
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

// A terminal's Ctrl-C reaches the running step by itself; this process ends when that has ended.
process.on('SIGINT', () => {});
removeSummary();
process.exitCode =
  (await runNode(join(SCRIPTS, 'setup.mjs'), ['test'])) ||
  (await runNode(join(SCRIPTS, 'build.mjs'), [])) ||
  // Without forceExit a test that failed before it closed a connection would keep the whole run from ending.
  (await runNode(JEST, ['--forceExit', ...process.argv.slice(2)]));

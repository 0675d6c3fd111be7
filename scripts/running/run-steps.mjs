import { spawn } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
/** Ctrl-C reaches the whole terminal; these are sent to this process alone. */
const PASSED_ON = /** @type {const} */ (['SIGTERM', 'SIGHUP']);

/**
 * Runs Node with each list of words in turn, in this terminal, until one fails; its exit code is this process's.
 * @param {readonly (readonly string[])[]} steps
 */
export async function runSteps(steps) {
  // This process ends when the running step has ended.
  process.on('SIGINT', () => {});
  for (const words of steps) {
    process.exitCode = await runNode(words);
    if (process.exitCode !== 0) return;
  }
}

/**
 * @param {readonly string[]} words
 * @returns {Promise<number>}
 */
function runNode(words) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, words, { stdio: 'inherit', cwd: ROOT });
    const pass = (/** @type {NodeJS.Signals} */ name) => child.kill(name);
    for (const name of PASSED_ON) process.on(name, pass);
    child.once('error', reject);
    child.once('close', (code) => {
      for (const name of PASSED_ON) process.off(name, pass);
      resolve(code ?? 1);
    });
  });
}

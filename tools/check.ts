import { spawn } from 'node:child_process';
import { join } from 'node:path';

/* `npm run check`: everything that can be said without a database or Temporal, in the time of a breath. */

const ROOT = join(import.meta.dirname, '..');
const FOLDERS = ['src', 'web', 'simulator', 'bench', 'test', 'scripts'];
const STEPS = [
  { name: 'types', command: 'tsc', parameters: ['-p', '.'] },
  { name: 'types of the pages', command: 'tsc', parameters: ['-p', 'web'] },
  { name: 'types of the browser tests', command: 'tsc', parameters: ['-p', 'test/browser'] },
  { name: 'lint', command: 'oxlint', parameters: [] },
  { name: 'import directions', command: 'depcruise', parameters: FOLDERS },
  { name: 'format', command: 'prettier', parameters: ['--check', '--log-level=warn', '.'] },
  { name: 'unit tests', command: 'jest', parameters: ['test/unit'] },
];

/**
 * @param {typeof STEPS[number]} step
 * @returns {Promise<boolean>} whether it found nothing
 */
function runStep({ name, command, parameters }) {
  return new Promise((resolve, reject) => {
    const startedAt = Date.now();
    let output = '';
    const child = spawn(join(ROOT, 'node_modules', '.bin', command), parameters, { cwd: ROOT });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
    child.once('error', reject);
    child.once('close', (code) => {
      const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
      console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`);
      if (code !== 0) console.log(output.trim());
      resolve(code === 0);
    });
  });
}

// Two cores: static checks beside each other, tests by themselves.
const results = await Promise.all(STEPS.slice(0, -1).map(runStep));
results.push(...(await Promise.all(STEPS.slice(-1).map(runStep))));
process.exitCode = results.every(Boolean) ? 0 : 1;

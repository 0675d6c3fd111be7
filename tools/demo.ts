import { readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CACHE_DIRECTORY } from './cache-directory.js';
import { runSetup } from './installing/run-setup.js';
import { ownSurroundings } from './installing/surroundings.js';
import { stopAllGuarded } from './private-servers/guarded-process.js';
import { runCommand } from './running/run-command.js';
import { withLock } from './running/with-lock.js';

/*
 * `npm run demo`: the whole system on this machine until Ctrl-C. `npm run demo -- --once`: one round of the main job,
 * compared with what the simulator holds; 0 when all is right, else 1.
 */

const DIRECTORY = join(CACHE_DIRECTORY, 'demo');
const PARENT_CHECK_MS = 1_000;

const say = (/** @type {string} */ line) => console.log(line);

/**
 * Aborted by a signal, or when whoever started the demo is gone: npm, and the shell that npm starts scripts with. A second
 * signal ends it at once.
 */
function endSignal() {
  const ending = new AbortController();
  for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(name, () => (ending.signal.aborted ? process.exit(1) : ending.abort()));
  }
  const ancestors = () => `${process.ppid} ${parentOf(process.ppid)}`;
  const first = ancestors();
  setInterval(() => ancestors() !== first && ending.abort(), PARENT_CHECK_MS).unref();
  return ending.signal;
}

/**
 * @param {number} pid
 * @returns {string | undefined} the process id of its parent, where the system tells it
 */
function parentOf(pid) {
  try {
    return /^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}

/**
 * @param {AbortSignal} until
 * @returns {Promise<never>}
 */
function ended(until) {
  return new Promise((_resolve, reject) => {
    const stop = () => reject(new Interrupted());
    if (until.aborted) stop();
    else until.addEventListener('abort', stop, { once: true });
  });
}

/** The demo was told to end before it had done what it was to do. */
class Interrupted extends Error {}

async function build() {
  try {
    await runCommand(process.execPath, [join(import.meta.dirname, 'build.mjs')], { visible: true });
  } catch {
    throw new Error('There is nothing to show without the build: see above.');
  }
}

/**
 * @param {boolean} once
 * @param {AbortSignal} until
 * @returns {Promise<boolean>} whether all was right
 */
async function prepareAndRun(once, until) {
  const unlessEnded = (/** @type {Promise<any>} */ work) => Promise.race([work, ended(until)]);
  await unlessEnded(runSetup('demo', ownSurroundings()));
  await unlessEnded(build());
  // Nothing but Node is needed up to here; what follows uses the packages.
  const { startDemoSystem } = await import('./demo/start-demo-system.mjs');
  const { runOnce } = await import('./demo/run-once.mjs');
  const { describeOnce } = await import('./demo/describe-once.js');
  const { runLive } = await import('./demo/run-live.mjs');

  await rm(DIRECTORY, { recursive: true, force: true });
  await mkdir(DIRECTORY, { recursive: true, mode: 0o700 });
  const system = await unlessEnded(startDemoSystem({ directory: DIRECTORY, environment: process.env, say }));
  try {
    const broken = system.broken.then((/** @type {string} */ sentence) => Promise.reject(new Error(sentence)));
    if (!once) {
      await Promise.race([runLive(system, { directory: DIRECTORY, say, until }), broken]);
      return true;
    }
    const { text, passed } = describeOnce(await unlessEnded(Promise.race([runOnce(system, say), broken])));
    say(text);
    return passed;
  } finally {
    if (system.givenTemporal) await system.openeg('stop');
  }
}

/** @param {readonly string[]} words */
async function main(words) {
  const once = words.includes('--once');
  const unknown = words.filter((word) => word !== '--once');
  if (unknown.length > 0) {
    console.error(`Unknown: ${unknown.join(' ')}. The demo knows --once.`);
    return 2;
  }
  const startedAt = Date.now();
  const until = endSignal();
  try {
    const passed = await withLock(join(CACHE_DIRECTORY, 'demo.lock'), {
      onWait: (holder) => {
        throw new Error(`A demo runs already (process ${holder}): end it first.`);
      },
      work: () => prepareAndRun(once, until),
    });
    if (once) say(`${passed ? 'All right' : 'NOT all right'}, after ${Math.round((Date.now() - startedAt) / 1000)} s.`);
    return passed ? 0 : 1;
  } catch (error) {
    if (!(error instanceof Interrupted)) console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    else if (!once) return 0;
    return 1;
  } finally {
    if (until.aborted) say('\nEnding …');
    await stopAllGuarded();
  }
}

process.exit(await main(process.argv.slice(2)));

import { readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from './build';
import { CACHE_DIRECTORY } from './paths';
import { stopAllGuarded } from './servers/guarded-process';
import { runSetup } from './setup/run-setup';
import { withLock } from './with-lock';

const DIRECTORY = join(CACHE_DIRECTORY, 'demo');
const PARENT_CHECK_MS = 1_000;
/** So that a demo can start soon after one that was killed. */
const LOCK_STALE_MS = 5_000;

const say = (line: string) => console.log(line);

/** A signal, or the end of the demo's parent, came before the demo was done. */
class Interrupted extends Error {}

/**
 * `npm run demo`: the whole system on this machine until Ctrl-C. `npm run demo -- --once`: one round of the main job,
 * compared with the simulator's data; returns 0 when all is right, else 1.
 */
export async function demo(words: string[]): Promise<number> {
  const isOnce = words.includes('--once');
  const unknown = words.filter((word) => word !== '--once');
  if (unknown.length > 0) {
    console.error(`Unknown: ${unknown.join(' ')}. The demo knows --once.`);
    return 2;
  }
  const startedAt = Date.now();
  const until = endSignal();
  try {
    const isRight = await withLock(
      'demo',
      {
        staleMs: LOCK_STALE_MS,
        waitMs: LOCK_STALE_MS + 1_000,
        onWait: () => say('A demo runs already, or was killed just now: waiting a moment for its end.'),
      },
      () => prepareAndRun(isOnce, until),
    );
    if (isOnce)
      say(`${isRight ? 'All right' : 'NOT all right'}, after ${Math.round((Date.now() - startedAt) / 1000)} s.`);
    return isRight ? 0 : 1;
  } catch (error) {
    if (error instanceof Interrupted) return isOnce ? 1 : 0;
    throw (error as NodeJS.ErrnoException).code === 'ELOCKED' ? new Error('A demo runs already: end it first.') : error;
  } finally {
    if (until.aborted) say('\nEnding …');
    await stopAllGuarded();
  }
}

/** Aborted by a signal, or when npm or its shell, which started the demo, is gone. A second signal ends it at once. */
function endSignal(): AbortSignal {
  const ending = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => (ending.signal.aborted ? process.exit(1) : ending.abort()));
  }
  const ancestors = () => `${process.ppid} ${parentOf(process.ppid)}`;
  const first = ancestors();
  setInterval(() => ancestors() !== first && ending.abort(), PARENT_CHECK_MS).unref();
  return ending.signal;
}

/** The process id of its parent; undefined where there is no /proc. */
function parentOf(pid: number): string | undefined {
  try {
    return /^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}

/** Returns whether all was right. */
async function prepareAndRun(isOnce: boolean, until: AbortSignal): Promise<boolean> {
  if (until.aborted) throw new Interrupted();
  const ended = new Promise<never>((_resolve, reject) => {
    until.addEventListener('abort', () => reject(new Interrupted()), { once: true });
  });
  const unlessEnded = <Result>(work: Promise<Result>): Promise<Result> => Promise.race([work, ended]);
  await unlessEnded(Promise.all([runSetup('demo'), build()]));

  const { startDemoSystem } = await import('./demo/start-demo-system.ts');
  await rm(DIRECTORY, { recursive: true, force: true });
  await mkdir(DIRECTORY, { recursive: true, mode: 0o700 });
  const system = await unlessEnded(startDemoSystem({ directory: DIRECTORY, given: process.env, say }));
  try {
    const broken = system.broken.then((sentence) => Promise.reject(new Error(sentence)));
    if (isOnce) {
      const { runOnce } = await import('./demo/run-once.ts');
      const { describeOnce } = await import('./demo/describe-once.ts');
      const { text, isRight } = describeOnce(await unlessEnded(Promise.race([runOnce(system, say), broken])));
      say(text);
      return isRight;
    }
    const { runLive } = await import('./demo/run-live.ts');
    await Promise.race([runLive(system, { directory: DIRECTORY, say, until }), broken]);
    return true;
  } finally {
    if (system.isTemporalGiven) await system.openeg('stop');
  }
}

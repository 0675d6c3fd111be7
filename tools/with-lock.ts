import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { lock } from 'proper-lockfile';
import { CACHE_DIRECTORY } from './paths';

const POLL_MS = 200;

export interface LockOptions {
  /** Where the lock is; default: the checkout's cache. */
  cacheDirectory?: string;
  /** Called once, before waiting for another process. */
  onWait: () => void;
  /** The most to wait. Default: forever. */
  waitMs?: number;
  /** The lock of a process that was killed is free after this time, and so is that of a blocked event loop. */
  staleMs?: number;
}

/**
 * Runs `work` while no other process of this machine works under the same lock; waits for one that does.
 * @throws Error with the code ELOCKED when the lock is not free after `waitMs`
 */
export async function withLock<Result>(
  name: string,
  { cacheDirectory = CACHE_DIRECTORY, onWait, waitMs, staleMs = 30_000 }: LockOptions,
  work: () => Promise<Result>,
): Promise<Result> {
  const directory = join(cacheDirectory, 'locks');
  await mkdir(directory, { recursive: true });
  const options = { realpath: false, stale: staleMs, update: 1_000 };
  const release = await lock(join(directory, name), options).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ELOCKED') throw error;
    onWait();
    const tries = waitMs === undefined ? { forever: true } : { retries: Math.ceil(waitMs / POLL_MS) };
    return lock(join(directory, name), { ...options, retries: { ...tries, factor: 1, minTimeout: POLL_MS } });
  });
  try {
    return await work();
  } finally {
    await release();
  }
}

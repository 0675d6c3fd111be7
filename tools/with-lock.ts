'use strict';
const { randomUUID } = require('node:crypto');
const { link, mkdir, readFile, rename, rm, stat, utimes, writeFile } = require('node:fs/promises');
const { dirname } = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');

const RENEW_MS = 2_000;
const POLL_MS = 200;
/** A holder that did not renew for so long is gone, whoever has its process id by now. */
const STALE_MS = 30_000;

/**
 * Runs `work` while no other process of this machine runs under the same lock file; waits for one that does. The lock
 * of a process that died is taken over.
 * @template Result
 * @param {string} file
 * @param {object} options
 * @param {(holder: number) => void} options.onWait called once, with the process id of the holder, before waiting
 * @param {() => Promise<Result>} options.work must leave the event loop free: the lock is renewed meanwhile
 * @returns {Promise<Result>}
 */
async function withLock(file, { onWait, work }) {
  const mark = `${process.pid} ${randomUUID()}`;
  await mkdir(dirname(file), { recursive: true });
  let told = false;
  while (!(await take(file, mark))) {
    const holder = await readHolder(file);
    if (holder === undefined) continue;
    if (holder.stale) {
      await takeAway(file, holder.mark);
      continue;
    }
    if (!told) onWait(holder.pid);
    told = true;
    await sleep(POLL_MS);
  }
  const renewal = setInterval(() => {
    utimes(file, new Date(), new Date()).catch(() => {});
  }, RENEW_MS);
  try {
    return await work();
  } finally {
    clearInterval(renewal);
    if ((await readHolder(file))?.mark === mark) await rm(file, { force: true });
  }
}

/**
 * Written elsewhere and linked: a lock file is never seen half written.
 * @param {string} file
 * @param {string} mark
 */
async function take(file, mark) {
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, mark);
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/**
 * @param {string} file
 * @returns {Promise<{ mark: string, pid: number, stale: boolean } | undefined>} undefined when it has just gone
 */
async function readHolder(file) {
  try {
    const [mark, { mtimeMs }] = await Promise.all([readFile(file, 'utf8'), stat(file)]);
    const pid = Number.parseInt(mark, 10);
    return { mark, pid, stale: !isAlive(pid) || Date.now() - mtimeMs > STALE_MS };
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Two processes may find the same dead holder: whoever moves the successor's lock away by mistake puts it back.
 * @param {string} file
 * @param {string} mark of the dead holder
 */
async function takeAway(file, mark) {
  const aside = `${file}.${randomUUID()}`;
  try {
    await rename(file, aside);
    if ((await readFile(aside, 'utf8')) !== mark) await link(aside, file);
    await rm(aside, { force: true });
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code !== 'ENOENT' && code !== 'EEXIST') throw error;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}

module.exports = { withLock };

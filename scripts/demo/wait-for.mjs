import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 100;

/**
 * Asks until the condition answers something truthy, and answers that. One that throws (nobody listens yet) counts as
 * not fulfilled.
 * @template Value
 * @param {string} what is waited for, for the error
 * @param {number} deadlineMs
 * @param {() => Promise<Value> | Value} condition
 * @returns {Promise<NonNullable<Value>>}
 * @throws {Error} at the deadline
 */
export async function waitFor(what, deadlineMs, condition) {
  const giveUpAt = Date.now() + deadlineMs;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value;
    } catch {
      // The next one may succeed.
    }
    if (Date.now() > giveUpAt) throw new Error(`Waited ${deadlineMs / 1000} s in vain: ${what}.`);
    await sleep(PAUSE_MS);
  }
}

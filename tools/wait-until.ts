import { setTimeout as sleep } from 'node:timers/promises';

export interface WaitOptions {
  /** Generous: it ends a wait that hangs. */
  deadlineMs: number;
  /** Names the awaited condition in the error. */
  what: string;
}

const PAUSE_MS = 25;

/**
 * Asks until the condition is truthy, and returns its value. A condition that throws (a server that restarts) is not
 * fulfilled yet.
 * @throws Error at the deadline, with the condition's last error as its cause
 */
export async function waitUntil<Value>(
  condition: () => Value | Promise<Value>,
  { deadlineMs, what }: WaitOptions,
): Promise<Exclude<Value, undefined | null | false | 0 | ''>> {
  const giveUpAt = performance.now() + deadlineMs;
  for (;;) {
    let failure: unknown;
    try {
      const value = await condition();
      if (value) return value as Exclude<Value, undefined | null | false | 0 | ''>;
    } catch (error) {
      failure = error;
    }
    if (performance.now() > giveUpAt) {
      throw new Error(`Waited ${deadlineMs / 1000} s in vain: ${what}`, { cause: failure });
    }
    await sleep(PAUSE_MS);
  }
}

import type { MonotonicClock } from './monotonic-clock';
import { onAbort } from './on-abort';

/** Resolves after `delayMs`, or as soon as one of the signals aborts: who called looks at the signals anyway. */
export function pause(clock: MonotonicClock, delayMs: number, ...signals: AbortSignal[]): Promise<void> {
  if (signals.some((signal) => signal.aborted)) return Promise.resolve();
  return new Promise((resolve) => {
    const wake = () => {
      for (const stop of stops) stop();
      resolve();
    };
    const stops = [clock.after(delayMs, wake), ...signals.map((signal) => onAbort(signal, wake))];
  });
}

import { monotonicClock, type MonotonicClock } from './monotonic-clock';
import { onAbort } from './on-abort';

/**
 * Resolves after `delayMs`, or as soon as one of the signals aborts. It never rejects: the caller checks its signals
 * afterwards.
 */
export function pause(
  delayMs: number,
  signals: readonly AbortSignal[],
  clock: Pick<MonotonicClock, 'after'> = monotonicClock,
): Promise<void> {
  if (signals.some((signal) => signal.aborted)) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      for (const stop of stops) stop();
      resolve();
    };
    const stops = [clock.after(delayMs, end), ...signals.map((signal) => onAbort(signal, end))];
  });
}

import { monotonicClock, type MonotonicClock } from '../adapters/shared/monotonic-clock';
import { pause } from '../adapters/shared/pause';
import { abortWith } from '../adapters/shared/with-deadline';

/** From one answer or failure of Temporal to the next question. */
const ASK_EVERY_MS = 2_000;

export interface TemporalContact {
  /** Rejects when Temporal does not answer in time. */
  askTemporal: () => Promise<unknown>;
  until: AbortSignal;
  clock?: MonotonicClock;
}

/** Runs `work` with a signal that aborts when Temporal has not answered for `silentMs`, or together with `until`. */
export async function inTemporalContact<Result>(
  { askTemporal, until, clock = monotonicClock }: TemporalContact,
  silentMs: number,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const leaving = new AbortController();
  const unlink = abortWith(leaving, until);
  const ended = new AbortController();
  const ask = async () => {
    for (let answeredAtMs = clock.nowMs(); !ended.signal.aborted; await pause(ASK_EVERY_MS, [ended.signal], clock)) {
      const isAnswered = await askTemporal().then(
        () => true,
        () => false,
      );
      if (isAnswered) answeredAtMs = clock.nowMs();
      else if (clock.nowMs() - answeredAtMs >= silentMs) leaving.abort(new Error('Temporal does not answer.'));
    }
  };
  const asking = ask();
  try {
    return await work(leaving.signal);
  } finally {
    ended.abort();
    unlink();
    await asking;
  }
}

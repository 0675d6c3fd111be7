import { abortWith } from '../../adapters/shared/with-deadline';
import { ServiceError } from '../../domain/shared/service-error';

export interface StallTimeoutOptions {
  /** A check is aborted when no check at all has had an answer from the LMS for this long. */
  stallMs: number;
  /** A check is aborted after this time even while the LMS answers. */
  totalMs: number;
}

/** Aborts checks that the LMS keeps waiting: the next tick starts only when every check of this one has ended. */
export interface StallTimeout {
  /**
   * Runs a check with a signal that aborts at a timeout, or together with `cancelled`. The check calls `onProgress`
   * at each answer of the LMS.
   * @throws what `check` threw; at a timeout the signal's reason is a ServiceError LMS_UNAVAILABLE with the cohort
   */
  run<Result>(
    skId: string,
    cancelled: AbortSignal,
    check: (signal: AbortSignal, onProgress: () => void) => Promise<Result>,
  ): Promise<Result>;
}

/**
 * Progress is shared by all checks. Behind a slow LMS they queue for its slots, and as long as the LMS answers any of
 * them, the queue moves, so the last one in it is not stalled.
 */
export function createStallTimeout({ stallMs, totalMs }: StallTimeoutOptions): StallTimeout {
  let lastProgressMs = Number.NEGATIVE_INFINITY;
  const onProgress = () => {
    lastProgressMs = performance.now();
  };
  return {
    async run(skId, cancelled, check) {
      const startedMs = performance.now();
      const aborter = new AbortController();
      const abortOrWait = () => {
        const nowMs = performance.now();
        const silentMs = nowMs - Math.max(startedMs, lastProgressMs);
        const leftMs = Math.min(stallMs - silentMs, totalMs - (nowMs - startedMs));
        if (leftMs > 0) timer = setTimeout(abortOrWait, Math.ceil(leftMs));
        else aborter.abort(timedOut(skId, silentMs >= stallMs ? stallMs : totalMs));
      };
      let timer = setTimeout(abortOrWait, Math.min(stallMs, totalMs));
      const unlink = abortWith(aborter, cancelled);
      try {
        return await check(aborter.signal, onProgress);
      } finally {
        clearTimeout(timer);
        unlink();
      }
    },
  };
}

function timedOut(skId: string, afterMs: number): ServiceError {
  return new ServiceError(
    'LMS_UNAVAILABLE',
    `Cohort ${skId}, listInquiries: the LMS kept the check waiting for ${afterMs / 1000} s. The next tick asks again; if this lasts, ask the LMS's operators.`,
  );
}

import { abortWith } from '../../adapters/shared/with-deadline';
import { ServiceError } from '../../domain/shared/service-error';

export interface StallTimeoutOptions {
  /** Work is aborted when no work at all has had an answer from the LMS for this long. */
  stallMs: number;
  /** Work is aborted after this time even while the LMS answers. */
  totalMs: number;
}

/** Aborts work that the LMS keeps waiting, because other work waits for its end: the next tick, or the next cohort. */
export interface StallTimeout {
  /**
   * Runs work for a cohort with a signal that aborts at a timeout, or together with `cancelled`. The work calls
   * `onProgress` at each answer of the LMS.
   * @throws what `work` threw; at a timeout the signal's reason is a ServiceError LMS_UNAVAILABLE with the cohort
   */
  run<Result>(
    skId: string,
    cancelled: AbortSignal,
    work: (signal: AbortSignal, onProgress: () => void) => Promise<Result>,
  ): Promise<Result>;
}

/**
 * Progress is shared by all work of one stall timeout. Behind a slow LMS it queues for the slots, and as long as the LMS
 * answers any of it, the queue moves, so the last one in it is not stalled.
 */
export function createStallTimeout({ stallMs, totalMs }: StallTimeoutOptions): StallTimeout {
  let lastProgressMs = Number.NEGATIVE_INFINITY;
  const onProgress = () => {
    lastProgressMs = performance.now();
  };
  return {
    async run(skId, cancelled, work) {
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
        return await work(aborter.signal, onProgress);
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
    `Cohort ${skId}: the LMS kept it waiting for ${afterMs / 1000} s. It is asked again by itself; if this lasts, ask the LMS's operators.`,
  );
}

import { abortWith } from '../../adapters/shared/with-deadline';
import { ServiceError } from '../../domain/shared/service-error';

/** Bounds for how long a check is waited for. */
export interface CheckPatienceOptions {
  /** Nothing came from the LMS for anybody for this long: who still waits, waits in vain. */
  silenceMs: number;
  /** Also for a check that goes on. */
  longestMs: number;
}

/** Gives up checks that the LMS keeps waiting, for the others' next tick waits for them. */
export interface CheckPatience {
  /**
   * Runs a check with a signal that aborts when patience is over, or with `cancelled`. The check says by `onProgress`
   * that the LMS answered.
   * @throws what `check` threw; the signal's reason is a ServiceError LMS_UNAVAILABLE that names the cohort
   */
  during<Result>(
    skId: string,
    cancelled: AbortSignal,
    check: (signal: AbortSignal, onProgress: () => void) => Promise<Result>,
  ): Promise<Result>;
}

/**
 * Silence is counted over all checks together: behind a slow LMS they queue for its slots, and as long as it answers
 * anybody, the queue moves and who stands last has no reason to go.
 */
export function createCheckPatience({ silenceMs, longestMs }: CheckPatienceOptions): CheckPatience {
  let lastProgressMs = Number.NEGATIVE_INFINITY;
  const onProgress = () => {
    lastProgressMs = performance.now();
  };
  return {
    async during(skId, cancelled, check) {
      const beganMs = performance.now();
      const givenUp = new AbortController();
      const look = () => {
        const nowMs = performance.now();
        const silentMs = nowMs - Math.max(beganMs, lastProgressMs);
        const leftMs = Math.min(silenceMs - silentMs, longestMs - (nowMs - beganMs));
        if (leftMs > 0) timer = setTimeout(look, Math.ceil(leftMs));
        else givenUp.abort(tooSlow(skId, silentMs >= silenceMs ? silenceMs : longestMs));
      };
      let timer = setTimeout(look, Math.min(silenceMs, longestMs));
      const unlink = abortWith(givenUp, cancelled);
      try {
        return await check(givenUp.signal, onProgress);
      } finally {
        clearTimeout(timer);
        unlink();
      }
    },
  };
}

function tooSlow(skId: string, afterMs: number): ServiceError {
  return new ServiceError(
    'LMS_UNAVAILABLE',
    `Cohort ${skId}, listInquiries: the LMS kept the check waiting for ${afterMs / 1000} s. The next tick asks again; if this lasts, ask the LMS's operators.`,
  );
}

import { ACCOUNT_HOLD_MS } from '../accounts/login-policy';
import type { ErrorCode } from '../shared/service-error';

/*
 * A collection is passes (decision 0021). The first one asks every cohort once. Each further one asks for what is not
 * stored yet. All instants here are milliseconds of one clock.
 */

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** Between the passes of a night. The last one repeats. */
const NIGHT_PAUSES_MS = [1, 5, 10, 20, 30].map((minutes) => minutes * MINUTE_MS);
/** No pass of a night starts later than this after its beginning. */
const NIGHT_MS = 240 * MINUTE_MS;
/** Between the passes of a re-run by hand, for which an operator waits. */
const RERUN_PAUSES_MS = [10, 30, 60, 90].map((seconds) => seconds * SECOND_MS);

/** When a failed cohort is asked again. */
export type Retry = 'in-next-pass' | 'after-hold' | 'never';

const RETRIES: Readonly<Partial<Record<ErrorCode, Retry>>> = {
  LMS_ACCOUNT_REFUSED: 'after-hold',
  LMS_ACCOUNT_HELD: 'after-hold',
  // No time mends these: a person has to act, or has ended the cohort's collection.
  COHORT_UNKNOWN: 'never',
  COHORT_INACTIVE: 'never',
  CREDENTIALS_UNREADABLE: 'never',
  COLLECTION_CANCELLED: 'never',
};

/** A cohort of which something is not stored. */
export interface LeftCohort {
  retry: Retry;
  failedAtMs: number;
  /** The one pass after the account's hold was made. */
  isHoldOver: boolean;
}

/**
 * A cohort after a try in which something failed. A cause that fails all of its data types decides over the others.
 * @param codes of the data types that failed
 */
export function leftCohort(codes: readonly string[], failedAtMs: number, before: LeftCohort | undefined): LeftCohort {
  const retries = codes.map((code) => RETRIES[code as ErrorCode] ?? 'in-next-pass');
  const isHoldOver = before?.isHoldOver === true;
  const isHeld = retries.includes('after-hold');
  const retry = retries.includes('never') || (isHeld && isHoldOver) ? 'never' : isHeld ? 'after-hold' : 'in-next-pass';
  return { retry, failedAtMs, isHoldOver };
}

export interface PassesSoFar {
  /** 1 or more. */
  passes: number;
  endedAtMs: number;
  /** Undefined for a re-run by hand. */
  night?: { beganAtMs: number; nextNightAtMs: number } | undefined;
  left: ReadonlyMap<string, LeftCohort>;
}

export interface NextPass {
  startsAtMs: number;
  skIds: string[];
}

/** The next pass and its cohorts; undefined when the passes are over. */
export function nextPass({ passes, endedAtMs, night, left }: PassesSoFar): NextPass | undefined {
  const pausesMs = night === undefined ? RERUN_PAUSES_MS : NIGHT_PAUSES_MS;
  const pauseMs = pausesMs[passes - 1] ?? (night === undefined ? undefined : pausesMs.at(-1));
  if (pauseMs === undefined) return undefined;
  const ready = [...left].filter(([, { retry }]) => retry === 'in-next-pass').map(([skId]) => skId);
  const held = [...left]
    .filter(([, { retry }]) => night !== undefined && retry === 'after-hold')
    .map(([skId, { failedAtMs }]) => ({ skId, endsAtMs: failedAtMs + ACCOUNT_HOLD_MS }));
  const firstDueMs = ready.length > 0 ? 0 : Math.min(...held.map(({ endsAtMs }) => endsAtMs));
  const startsAtMs = Math.max(endedAtMs + pauseMs, firstDueMs);
  if (night !== undefined && startsAtMs > night.beganAtMs + NIGHT_MS) return undefined;
  const isNextNightWaiting = night !== undefined && startsAtMs >= night.nextNightAtMs;
  const released = isNextNightWaiting ? [] : held.filter(({ endsAtMs }) => endsAtMs <= startsAtMs);
  const skIds = [...ready, ...released.map(({ skId }) => skId)];
  return skIds.length === 0 ? undefined : { startsAtMs, skIds };
}

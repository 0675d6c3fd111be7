import type { LmsOperation } from '../knobs';

/** Further different requests are not counted, so that weeks of checks need no more memory. */
const MAX_DIFFERENT_REQUESTS = 200_000;

export interface LmsCounts {
  requests: number;
  inFlight: number;
  /** The most requests in flight at once, also those above the limit. */
  peakInFlight: number;
  /** Requests that arrived while as many as the limit were in flight. */
  offences: number;
  byOperation: Partial<Record<LmsOperation | 'unknown', number>>;
  byCohort: Record<string, Partial<Record<LmsOperation, number>>>;
  byStatus: Record<string, number>;
  firstRequestAtMs: number | null;
  lastRequestAtMs: number | null;
}

export interface RequestLedger {
  /** A request arrives. It is in flight until `leave`. True when it is above the limit. */
  enter(maxInFlight: number): boolean;
  leave(): void;
  record(operation: LmsOperation | 'unknown', skId: string | null, request: string): void;
  recordStatus(status: number | 'reset' | 'hung' | 'cut'): void;
  counts(): LmsCounts;
  /** Requests (method, path and query) that came more than once, the most frequent first. */
  repeated(): { request: string; count: number }[];
  /** Sets all counts to 0. Requests in flight stay in flight. */
  reset(): void;
}

export function createRequestLedger(): RequestLedger {
  let inFlight = 0;
  let counts: Omit<LmsCounts, 'inFlight'>;
  const seen = new Map<string, number>();

  // Keeps `inFlight`, because the requests in flight call `leave` later.
  function reset(): void {
    seen.clear();
    counts = {
      requests: 0,
      peakInFlight: inFlight,
      offences: 0,
      byOperation: {},
      byCohort: {},
      byStatus: {},
      firstRequestAtMs: null,
      lastRequestAtMs: null,
    };
  }
  reset();

  return {
    enter(maxInFlight) {
      inFlight += 1;
      counts.requests += 1;
      counts.lastRequestAtMs = Date.now();
      counts.firstRequestAtMs ??= counts.lastRequestAtMs;
      if (inFlight > counts.peakInFlight) counts.peakInFlight = inFlight;
      if (inFlight <= maxInFlight) return false;
      counts.offences += 1;
      return true;
    },
    leave() {
      inFlight -= 1;
    },
    record(operation, skId, request) {
      counts.byOperation[operation] = (counts.byOperation[operation] ?? 0) + 1;
      if (skId !== null && operation !== 'unknown') {
        const ofCohort = (counts.byCohort[skId] ??= {});
        ofCohort[operation] = (ofCohort[operation] ?? 0) + 1;
      }
      const known = seen.get(request);
      if (known !== undefined || seen.size < MAX_DIFFERENT_REQUESTS) seen.set(request, (known ?? 0) + 1);
    },
    recordStatus(status) {
      counts.byStatus[status] = (counts.byStatus[status] ?? 0) + 1;
    },
    counts: () => ({ ...counts, inFlight }),
    repeated: () =>
      [...seen]
        .filter(([, count]) => count > 1)
        .map(([request, count]) => ({ request, count }))
        .sort((one, other) => other.count - one.count),
    reset,
  };
}

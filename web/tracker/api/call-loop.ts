import type { Outcome } from './outcome';

/** A call is tried this often before the learner is told. */
const TRIES = 5;
/** Then it is tried again this often, until it is answered. */
const LATER_MS = 10_000;
/** A share of each waiting time: pages that lost a server together do not come back together. */
const JITTER = 0.2;

export type Refusal = Extract<Outcome<never>, { kind: 'refused' }>;
export type Trouble = 'unavailable' | 'unauthorized';

export interface CallLoopParts<Call, Answer> {
  /** The call that is due, the same one until it is settled; undefined when none is. */
  next(): Call | undefined;
  send(call: Call): Promise<Outcome<Answer>>;
  onAnswer(call: Call, answer: Answer): void;
  /** The server will never take it. */
  onRefusal(call: Call, refusal: Refusal): void;
  /** It was tried five times without an answer; undefined when it got one. */
  onTrouble(trouble: Trouble | undefined): void;
  /** Waiting times between the five tries, before jitter. */
  retryDelaysMs: readonly number[];
}

export interface CallLoop {
  /** Sends what is due, unless a call is in flight or waits for its next try. */
  run(): void;
  /** The same, and what waits for its next try is tried at once. */
  runNow(): void;
  stop(): void;
}

/** One call at a time, in order, each until it is settled. */
export function createCallLoop<Call, Answer>(parts: CallLoopParts<Call, Answer>): CallLoop {
  let inFlight = false;
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;

  async function attempt(): Promise<void> {
    timer = undefined;
    const call = stopped ? undefined : parts.next();
    if (call === undefined) return;
    inFlight = true;
    const outcome = await parts.send(call);
    inFlight = false;
    if (outcome.kind === 'unavailable' || outcome.kind === 'unauthorized') {
      failures += 1;
      if (failures >= TRIES) parts.onTrouble(outcome.kind);
      if (!stopped)
        timer = setTimeout(() => void attempt(), waitMs('retryAfterMs' in outcome ? outcome.retryAfterMs : 0));
      return;
    }
    failures = 0;
    parts.onTrouble(undefined);
    if (outcome.kind === 'answered') parts.onAnswer(call, outcome.answer);
    else parts.onRefusal(call, outcome);
    await attempt();
  }

  function waitMs(askedMs: number): number {
    const plannedMs = failures < TRIES ? (parts.retryDelaysMs[failures - 1] ?? LATER_MS) : LATER_MS;
    return Math.max(askedMs, plannedMs * (1 - JITTER + Math.random() * 2 * JITTER));
  }

  return {
    run() {
      if (!inFlight && timer === undefined) void attempt();
    },
    runNow() {
      clearTimeout(timer);
      if (!inFlight) void attempt();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

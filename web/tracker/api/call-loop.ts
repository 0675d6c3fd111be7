import type { Outcome } from './progress-api';

/** The loop tries a call this often before it announces trouble. */
const TRIES = 5;
/** After these tries it waits this long between two tries, until the call is answered. */
const LATER_MS = 10_000;
/** The random share of each waiting time. Pages that lost a server at the same time must not return at the same time. */
const JITTER = 0.2;

export type Refusal = Extract<Outcome<never>, { kind: 'refused' }>;
export type Trouble = 'unavailable' | 'unauthorized';

export interface CallLoopParts<Call, Answer> {
  /** The call that is due. Returns the same call until it was answered or refused, and undefined when none is due. */
  next(): Call | undefined;
  send(call: Call): Promise<Outcome<Answer>>;
  onAnswer(call: Call, answer: Answer): void;
  /** The server will never accept the call. */
  onRefusal(call: Call, refusal: Refusal): void;
  /** Five tries of a call got no answer. Undefined when a call was answered or refused. */
  onTrouble(trouble: Trouble | undefined): void;
  /** Waiting times between the five tries, before jitter. */
  retryDelaysMs: readonly number[];
}

export interface CallLoop {
  /** Sends the call that is due, unless one is in flight or waits for its next try. */
  run(): void;
  /** The same, but a call that waits for its next try is tried at once. */
  runNow(): void;
  stop(): void;
}

/** Sends one call at a time, in order, and tries each until it is answered or refused. */
export function createCallLoop<Call, Answer>(parts: CallLoopParts<Call, Answer>): CallLoop {
  let isInFlight = false;
  let isStopped = false;
  /** Tries of the present call that got no answer. */
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function attempt(): Promise<void> {
    timer = undefined;
    const call = isStopped ? undefined : parts.next();
    if (call === undefined) return;
    isInFlight = true;
    const outcome = await parts.send(call);
    isInFlight = false;
    if (outcome.kind === 'unavailable' || outcome.kind === 'unauthorized') {
      failures += 1;
      if (failures >= TRIES) parts.onTrouble(outcome.kind);
      if (!isStopped)
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
    const jitteredMs = plannedMs * (1 - JITTER + Math.random() * 2 * JITTER);
    return Math.max(askedMs, jitteredMs);
  }

  return {
    run() {
      if (!isInFlight && timer === undefined) void attempt();
    },
    runNow() {
      clearTimeout(timer);
      if (!isInFlight) void attempt();
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

import {
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { InquiryCoreActivities } from '../../activities/inquiries/inquiry-core-activities';
import { nextTick } from '../../domain/inquiries/tick-grid';
import { checkNowSignal, monitorStatusQuery, pauseSignal, resumeSignal, type InquiryMonitorStatus } from '../contract';
import { DATABASE_POLICY, LAST_WRITE_POLICY } from '../shared/activity-policies';
import { monitorDetails } from './monitor-details';
import { runTick, type TickResult } from './run-tick';
import { isActivityFailure } from '../shared/failure-reason';
import { signalAsSent } from '../shared/signal-as-sent';

/** About four hours at a tick a minute. A history with many failures grows faster, and the server suggests an earlier end. */
const TICKS_PER_RUN = 250;

const { recordMonitorState } = proxyActivities<InquiryCoreActivities>(DATABASE_POLICY);
const lastWrites = proxyActivities<InquiryCoreActivities>(LAST_WRITE_POLICY);

/** The whole state of the monitor. A run hands it on to the next one. */
export interface InquiryMonitorState {
  paused: boolean;
  /** `checkNow` was signalled, and no tick has begun since. */
  checkRequested: boolean;
  /** The state that the database has recorded; null before the first record. */
  recorded: 'running' | 'paused' | null;
  /** When the next tick is due, in epoch milliseconds; null means at once. */
  dueAtMs: number | null;
  ticks: number;
  skippedTicks: number;
  lastTick: TickResult | null;
}

/** A failed record of the state is repeated after this time, also during a pause. */
const RECORD_AGAIN_MS = 60_000;

const BEGINNING: InquiryMonitorState = {
  paused: false,
  checkRequested: false,
  recorded: null,
  dueAtMs: null,
  ticks: 0,
  skippedTicks: 0,
  lastTick: null,
};

/** The current activity of a run. It is part of the status and is not handed on. */
interface Phase {
  isChecking: boolean;
}

/**
 * Checks every active cohort's inquiries at a fixed rate, from start to start, without end. Missed ticks are skipped.
 * A signal only changes the state. The whole state is handed on, so no signal is lost. Runs outlive deployments:
 * docs/operations/changing-workflows.md says how to change this workflow.
 */
export async function inquiryMonitor(handedOn: Partial<InquiryMonitorState> = {}): Promise<void> {
  // An older version may hand on fewer fields.
  const state: InquiryMonitorState = { ...BEGINNING, ...handedOn };
  const phase: Phase = { isChecking: false };
  registerHandlers(state, phase);

  try {
    for (let ticksOfRun = 0; ;) {
      await recordState(state);
      forgetImpossibleDueTime(state);
      setCurrentDetails(monitorDetails(statusOf(state, false), state.lastTick));
      if (!isTickWanted(state)) await untilSomethingChanges(state);
      if (isTickWanted(state)) {
        phase.isChecking = true;
        setCurrentDetails(monitorDetails(statusOf(state, true), state.lastTick));
        await tick(state);
        phase.isChecking = false;
        ticksOfRun += 1;
      }
      if (ticksOfRun >= TICKS_PER_RUN || workflowInfo().continueAsNewSuggested) {
        await continueAsNew<typeof inquiryMonitor>(state);
      }
    }
  } catch (error) {
    if (isCancellation(error)) await CancellationScope.nonCancellable(recordStopped);
    throw error;
  }
}

function registerHandlers(state: InquiryMonitorState, phase: Phase): void {
  setHandler(signalAsSent(pauseSignal), () => {
    state.paused = true;
  });
  setHandler(signalAsSent(resumeSignal), () => {
    // A pause ends with a check at once.
    if (state.paused) state.dueAtMs = null;
    state.paused = false;
  });
  setHandler(signalAsSent(checkNowSignal), () => {
    state.checkRequested = true;
  });
  setHandler(monitorStatusQuery, () => statusOf(state, phase.isChecking));
}

/** A tick is never due later than an interval from now. If it seems so, Temporal's clock was set back: it is due at once. */
function forgetImpossibleDueTime(state: InquiryMonitorState): void {
  const { dueAtMs, lastTick } = state;
  if (dueAtMs !== null && lastTick !== null && dueAtMs - Date.now() > lastTick.intervalMs) state.dueAtMs = null;
}

function isTickWanted(state: InquiryMonitorState): boolean {
  return state.checkRequested || (!state.paused && Date.now() >= (state.dueAtMs ?? 0));
}

/** A monitor that is recorded as paused waits without a timer, so that a pause adds nothing to the history. */
async function untilSomethingChanges(state: InquiryMonitorState): Promise<void> {
  const { paused } = state;
  const hasChanged = () => state.checkRequested || state.paused !== paused;
  if (paused && state.recorded === 'paused') await condition(hasChanged);
  else if (paused) await condition(hasChanged, RECORD_AGAIN_MS, { summary: 'Until the pause is recorded again' });
  else await condition(hasChanged, Math.max(1, (state.dueAtMs ?? 0) - Date.now()), { summary: 'Until the next check' });
}

async function tick(state: InquiryMonitorState): Promise<void> {
  const dueAtMs = state.dueAtMs ?? Date.now();
  const isOnGrid = !state.paused && Date.now() >= dueAtMs;
  state.dueAtMs = dueAtMs;
  state.checkRequested = false;
  state.lastTick = await runTick(state.lastTick?.intervalMs);
  state.ticks += 1;
  // A resume during the tick set `dueAtMs` for a tick at once. Ticks left out by a pause do not count as skipped.
  if (state.paused || state.dueAtMs !== dueAtMs || Date.now() < dueAtMs) return;
  const next = nextTick(dueAtMs, state.lastTick.intervalMs, Date.now());
  state.dueAtMs = next.dueAtMs;
  state.skippedTicks += isOnGrid ? next.skipped : next.skipped + 1;
}

async function recordState(state: InquiryMonitorState): Promise<void> {
  const current = state.paused ? 'paused' : 'running';
  if (state.recorded === current) return;
  try {
    await recordMonitorState.executeWithOptions({ summary: current }, [{ state: current }]);
    state.recorded = current;
  } catch (error) {
    // The next round repeats it: no answer of the database may end this workflow.
    if (!isActivityFailure(error)) throw error;
  }
}

/** Without this record the watchdog would report the missing ticks. */
async function recordStopped(): Promise<void> {
  await lastWrites.recordMonitorState
    .executeWithOptions({ summary: 'stopped' }, [{ state: 'stopped' }])
    .catch(() => undefined);
}

function statusOf(state: InquiryMonitorState, isChecking: boolean): InquiryMonitorStatus {
  const { lastTick } = state;
  return {
    state: isChecking ? 'checking' : state.paused ? 'paused' : 'waiting',
    lastTickStartedAt: lastTick?.startedAt ?? null,
    lastTickEndedAt: lastTick?.endedAt ?? null,
    nextTickAt: state.paused || state.dueAtMs === null ? null : new Date(state.dueAtMs).toISOString(),
    ticks: state.ticks,
    skippedTicks: state.skippedTicks,
    cohorts: lastTick?.cohorts ?? 0,
    newInquiries: lastTick?.newInquiries ?? 0,
    failures: lastTick?.failures ?? [],
    failedCohorts: lastTick?.failedCohorts ?? 0,
    tickFailure: lastTick?.tickFailure ?? null,
  };
}

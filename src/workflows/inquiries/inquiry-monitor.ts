import { CancellationScope, condition, continueAsNew, isCancellation } from '@temporalio/workflow';
import { proxyActivities, setCurrentDetails, setHandler, workflowInfo } from '@temporalio/workflow';
import type { InquiryCoreActivities } from '../../activities/inquiries/inquiry-core-activities';
import { nextTick } from '../../domain/inquiries/tick-grid';
import { checkNowSignal, monitorStatusQuery, pauseSignal, resumeSignal, type InquiryMonitorStatus } from '../contract';
import { DATABASE_POLICY, LAST_WRITE_POLICY } from '../shared/activity-policies';
import { monitorDetails } from './monitor-details';
import { isActivityFailure, runTick, type TickResult } from './run-tick';
import { signalAsSent } from '../shared/signal-as-sent';

/** About four hours at a tick a minute; a history with many failures is handed on earlier, when the server suggests it. */
const TICKS_PER_RUN = 250;

const { recordMonitorState } = proxyActivities<InquiryCoreActivities>(DATABASE_POLICY);
const lastWrites = proxyActivities<InquiryCoreActivities>(LAST_WRITE_POLICY);

/** What one run of the monitor hands on to the next: all that it knows. */
export interface InquiryMonitorState {
  paused: boolean;
  /** Somebody said `checkNow` and no tick has begun since. */
  checkRequested: boolean;
  /** What the database was last told; null before the first time. */
  recorded: 'running' | 'paused' | null;
  /** When the next tick is due, in epoch milliseconds; null: at once. */
  dueAtMs: number | null;
  ticks: number;
  skippedTicks: number;
  lastTick: TickResult | null;
}

/** A state that the database did not take is recorded again after this time, also during a pause. */
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

/**
 * Checks every active cohort's inquiries at a fixed rate, start to start, for ever; ticks that were missed are skipped.
 * Signals only change the state, which is handed on whole, so none is lost wherever it arrives. Its runs outlive
 * deployments: docs/operations/changing-workflows.md says how to change it.
 */
export async function inquiryMonitor(handedOn: Partial<InquiryMonitorState> = {}): Promise<void> {
  // An older version may have handed on less.
  const state: InquiryMonitorState = { ...BEGINNING, ...handedOn };
  let checking = false;
  setHandler(signalAsSent(pauseSignal), () => {
    state.paused = true;
  });
  setHandler(signalAsSent(resumeSignal), () => {
    // What was missed on purpose is caught up with at once.
    if (state.paused) state.dueAtMs = null;
    state.paused = false;
  });
  setHandler(signalAsSent(checkNowSignal), () => {
    state.checkRequested = true;
  });
  setHandler(monitorStatusQuery, () => statusOf(state, checking));

  try {
    for (let ticksOfRun = 0; ;) {
      await recordState(state);
      setCurrentDetails(monitorDetails(statusOf(state, false), state.lastTick));
      if (!isTickWanted(state)) await untilSomethingChanges(state);
      if (isTickWanted(state)) {
        checking = true;
        setCurrentDetails(monitorDetails(statusOf(state, true), state.lastTick));
        await tick(state);
        checking = false;
        ticksOfRun += 1;
      }
      if (ticksOfRun >= TICKS_PER_RUN || workflowInfo().continueAsNewSuggested) {
        await continueAsNew<typeof inquiryMonitor>(state);
      }
    }
  } catch (error) {
    if (isCancellation(error)) await CancellationScope.nonCancellable(sayStopped);
    throw error;
  }
}

function isTickWanted(state: InquiryMonitorState): boolean {
  return state.checkRequested || (!state.paused && Date.now() >= (state.dueAtMs ?? 0));
}

/** A paused monitor, once it is recorded as paused, waits without a timer and adds nothing to its history. */
async function untilSomethingChanges(state: InquiryMonitorState): Promise<void> {
  const { paused } = state;
  const changed = () => state.checkRequested || state.paused !== paused;
  if (paused && state.recorded === 'paused') await condition(changed);
  else if (paused) await condition(changed, RECORD_AGAIN_MS, { summary: 'Until the pause is recorded again' });
  else await condition(changed, Math.max(1, (state.dueAtMs ?? 0) - Date.now()), { summary: 'Until the next check' });
}

async function tick(state: InquiryMonitorState): Promise<void> {
  const dueAtMs = state.dueAtMs ?? Date.now();
  const isOnGrid = !state.paused && Date.now() >= dueAtMs;
  state.dueAtMs = dueAtMs;
  state.checkRequested = false;
  state.lastTick = await runTick(state.lastTick?.intervalMs);
  state.ticks += 1;
  // A resume in the meantime wants a tick of its own, and what a pause left out was not missed.
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
    // Before the next tick it is tried again: nothing that the database says may end this workflow.
    if (!isActivityFailure(error)) throw error;
  }
}

/** So that nobody is alarmed about the silence that follows; a database that is away does not keep it from ending. */
async function sayStopped(): Promise<void> {
  await lastWrites.recordMonitorState
    .executeWithOptions({ summary: 'stopped' }, [{ state: 'stopped' }])
    .catch(() => undefined);
}

function statusOf(state: InquiryMonitorState, checking: boolean): InquiryMonitorStatus {
  const { lastTick } = state;
  return {
    state: checking ? 'checking' : state.paused ? 'paused' : 'waiting',
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

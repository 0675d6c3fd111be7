import { ApplicationFailure, TimeoutFailure, type ActivityFailure } from '@temporalio/common';
import { proxyActivities } from '@temporalio/workflow';
import type { InquiryCoreActivities, TickPlan } from '../../activities/inquiries/inquiry-core-activities';
import type { CheckInquiriesResult, InquiryLmsActivities } from '../../activities/inquiries/inquiry-lms-activities';
import { DATABASE_POLICY, INQUIRY_CHECK_POLICY } from '../shared/activity-policies';
import { isActivityFailure } from '../shared/failure-reason';

const { planTick, recordTick } = proxyActivities<InquiryCoreActivities>(DATABASE_POLICY);
const { checkInquiries } = proxyActivities<InquiryLmsActivities>(INQUIRY_CHECK_POLICY);

/** The tick's result is part of the state that a run hands on to the next one, so its lists are bounded. */
const MAX_LISTED = 100;
const DEFAULT_INTERVAL_MS = 60_000;

export interface TickResult {
  startedAt: string;
  endedAt: string;
  intervalMs: number;
  cohorts: number;
  newInquiries: number;
  lateInquiries: number;
  /** The first hundred cohorts with new inquiries. */
  found: { skId: string; newInquiries: number }[];
  failedCohorts: number;
  /** The first hundred failures. */
  failures: { skId: string; code: string; message: string }[];
  /** Why the tick could not be planned or recorded; null when it could. */
  tickFailure: string | null;
}

/** Checks every active cohort once, all batches side by side. A failure is part of the result; a cancellation is thrown. */
export async function runTick(lastIntervalMs = DEFAULT_INTERVAL_MS): Promise<TickResult> {
  const startedAt = new Date().toISOString();
  let plan: TickPlan = { intervalMs: lastIntervalMs, batches: [] };
  let checks: CheckInquiriesResult[] = [];
  let tickFailure: string | null = null;
  try {
    plan = await planTick.executeWithOptions({ summary: 'Active cohorts' }, []);
    const results = await Promise.all(plan.batches.map(checkBatch));
    checks = results.map(({ result }) => result);
    const tick = summarize(startedAt, plan, checks, null);
    await recordTick.executeWithOptions({ summary: `${tick.newInquiries} new, ${tick.failedCohorts} failed` }, [
      {
        startedAt,
        endedAt: tick.endedAt,
        intervalMs: plan.intervalMs,
        cohorts: tick.cohorts,
        newInquiries: tick.newInquiries,
        failures: tick.failedCohorts,
        whole: results.every(({ isLost }) => !isLost),
      },
    ]);
  } catch (error) {
    if (!isActivityFailure(error)) throw error;
    const { code, message } = reasonOf(error);
    tickFailure = `${code}: ${message}`;
  }
  return summarize(startedAt, plan, checks, tickFailure);
}

async function checkBatch(skIds: string[]): Promise<{ result: CheckInquiriesResult; isLost: boolean }> {
  try {
    const summary = skIds.length === 1 ? `${skIds[0]}` : `${skIds[0]} … ${skIds.at(-1)} (${skIds.length})`;
    return { result: await checkInquiries.executeWithOptions({ summary }, [{ skIds }]), isLost: false };
  } catch (error) {
    if (!isActivityFailure(error)) throw error;
    const reason = reasonOf(error);
    return {
      result: { checked: skIds.length, found: [], failures: skIds.map((skId) => ({ skId, ...reason })) },
      isLost: true,
    };
  }
}

function summarize(
  startedAt: string,
  plan: TickPlan,
  checks: readonly CheckInquiriesResult[],
  tickFailure: string | null,
): TickResult {
  const found = checks.flatMap((check) => check.found);
  const failures = checks.flatMap((check) => check.failures);
  return {
    startedAt,
    endedAt: new Date().toISOString(),
    intervalMs: plan.intervalMs,
    cohorts: checks.reduce((sum, { checked }) => sum + checked, 0),
    newInquiries: found.reduce((sum, { newInquiries }) => sum + newInquiries, 0),
    lateInquiries: found.reduce((sum, { lateInquiries }) => sum + lateInquiries, 0),
    found: found.slice(0, MAX_LISTED).map(({ skId, newInquiries }) => ({ skId, newInquiries })),
    failedCohorts: failures.length,
    failures: failures.slice(0, MAX_LISTED),
    tickFailure,
  };
}

function reasonOf({ cause }: ActivityFailure): { code: string; message: string } {
  if (cause instanceof ApplicationFailure) return { code: cause.type ?? 'UNEXPECTED', message: cause.message };
  const timeout = cause instanceof TimeoutFailure ? ` (${cause.timeoutType})` : '';
  return { code: 'UNEXPECTED', message: `No worker finished it${timeout}. Look whether workers run.` };
}

import { Context } from '@temporalio/activity';
import { loadAccounts } from '../../adapters/database/accounts/cohorts';
import { hasWaitingMessages } from '../../adapters/database/alerts/chat-outbox';
import type { Database } from '../../adapters/database/core/database';
import {
  loadInquiryChecks,
  recordFailedChecks,
  recordSucceededChecks,
  type FailedCheck,
} from '../../adapters/database/inquiries/inquiry-checks';
import type { LmsAccount, LmsClient } from '../../adapters/lms/lms-client';
import type { Metrics } from '../../adapters/metrics';
import type { SecretBox } from '../../adapters/secret-box';
import { cutToBytes } from '../../domain/alerts/cut-text';
import { checkInquiriesInputSchema, type CheckInquiriesInput } from './inquiry-inputs';
import type { InquiryCheckState } from '../../domain/inquiries/inquiry-window';
import { loggableError } from '../../domain/shared/loggable-error';
import { ServiceError } from '../../domain/shared/service-error';
import { tryWakeDelivery } from '../alerts/try-wake-delivery';
import { parseInput } from '../shared/parse-input';
import { withHeartbeat } from '../shared/with-heartbeat';
import { checkCohort, type CheckedCohort } from './check-cohort';
import { createKnownHashes, type KnownHashes } from './known-hashes';
import { createSingleFlight } from './single-flight';
import { createStallTimeout, type StallTimeout } from '../shared/stall-timeout';

export interface InquiryLmsDependencies {
  database: Database;
  secretBox: SecretBox;
  lms: LmsClient;
  metrics: Metrics;
  /** Starts or signals the workflow `alertDelivery`. */
  wakeDelivery: () => Promise<void>;
  stallTimeout?: StallTimeout;
}

/** The result of one batch of cohorts. A cohort without news is only counted, to keep histories small. */
export interface CheckInquiriesResult {
  checked: number;
  found: { skId: string; newInquiries: number; lateInquiries: number }[];
  failures: FailedCheck[];
}

/** `interrupted` holds an error that is not the cohort's. */
type Outcome = { skId: string } & ({ checked: CheckedCohort } | { failed: FailedCheck } | { interrupted: unknown });

/** Hashes of 64 characters, about ten megabytes. */
const KNOWN_HASHES = 50_000;
/**
 * `stallMs` covers a request without an answer within its 10 s and one more try. `totalMs` lets a cohort of many pages
 * finish and is shorter than the activity's three minutes.
 */
const TIMEOUTS = { stallMs: 20_000, totalMs: 150_000 };
/** These errors concern no cohort: the whole activity is retried, perhaps by another process. */
const INTERRUPTIONS: ReadonlySet<string> = new Set(['LMS_LEASE_LOST', 'DATABASE_UNAVAILABLE']);
/** Bounds the history, which holds a reason for each failed cohort and tick. */
const MAX_REASON_BYTES = 400;

/** Activities of the inquiry monitor that use the LMS. */
export function createInquiryLmsActivities(dependencies: InquiryLmsDependencies) {
  const knownHashes = createKnownHashes(KNOWN_HASHES, dependencies.database.generation);
  const { stallTimeout = createStallTimeout(TIMEOUTS) } = dependencies;
  return {
    /**
     * Checks up to 50 cohorts side by side. A cohort without news costs one request. A cohort's failure is a value in
     * the result. The delivery of a new inquiry starts before the other cohorts are done.
     * @throws ServiceError LMS_LEASE_LOST, DATABASE_UNAVAILABLE: retried, and counted as no cohort's failure
     */
    async checkInquiries(input: CheckInquiriesInput): Promise<CheckInquiriesResult> {
      const { skIds } = parseInput(checkInquiriesInputSchema, input);
      return withHeartbeat((signal) => checkCohorts({ ...dependencies, stallTimeout, knownHashes }, skIds, signal));
    },
  };
}

export type InquiryLmsActivities = ReturnType<typeof createInquiryLmsActivities>;

async function checkCohorts(
  dependencies: InquiryLmsDependencies & { stallTimeout: StallTimeout; knownHashes: KnownHashes },
  skIds: readonly string[],
  signal: AbortSignal,
): Promise<CheckInquiriesResult> {
  const { database, secretBox, lms, metrics, stallTimeout, knownHashes } = dependencies;
  const [accounts, states] = await Promise.all([
    loadAccounts(database, secretBox, skIds),
    loadInquiryChecks(database, skIds),
  ]);
  const delivery = createSingleFlight(() => tryWakeDelivery(dependencies.wakeDelivery));
  // An earlier attempt may have stored alerts and died before it woke the delivery.
  if (Context.current().info.attempt > 1 && (await hasWaitingMessages(database))) delivery.request();

  const check = async (skId: string, account: LmsAccount, state: InquiryCheckState): Promise<Outcome> => {
    try {
      const checked = await stallTimeout.run(skId, signal, (checkSignal, onProgress) =>
        checkCohort({ database, lms, knownHashes }, account, state, { signal: checkSignal, onProgress }),
      );
      if (checked.newInquiries > 0) delivery.request();
      metrics.alertsLate.inc(checked.lateInquiries);
      return { skId, checked };
    } catch (error) {
      return classify(skId, error, signal);
    }
  };
  const outcomes = await Promise.all(
    skIds.map(async (skId): Promise<Outcome[]> => {
      const account = accounts.get(skId);
      const state = states.get(skId);
      // The cohort was deactivated or removed after the tick was planned.
      if (account === undefined || state === undefined || isGone(account)) return [];
      if (account instanceof ServiceError) return [{ skId, failed: failedCheck(skId, account) }];
      return [await check(skId, account, state)];
    }),
  );
  return recordOutcomes(database, outcomes.flat()).finally(() => delivery.idle());
}

/** Records every outcome first, then throws when one was interrupted. */
async function recordOutcomes(database: Database, outcomes: readonly Outcome[]): Promise<CheckInquiriesResult> {
  const checked = outcomes.flatMap((outcome) => ('checked' in outcome ? [outcome.checked] : []));
  const failures = outcomes.flatMap((outcome) => ('failed' in outcome ? [outcome.failed] : []));
  await recordSucceededChecks(
    database,
    checked.map(({ check }) => check),
  );
  await recordFailedChecks(database, failures);
  const interrupted = outcomes.find((outcome) => 'interrupted' in outcome);
  if (interrupted !== undefined) throw interrupted.interrupted;
  return {
    checked: outcomes.length,
    found: checked
      .filter(({ newInquiries }) => newInquiries > 0)
      .map(({ check, newInquiries, lateInquiries }) => ({ skId: check.skId, newInquiries, lateInquiries })),
    failures: failures.map((failure) => ({ ...failure, message: cutToBytes(failure.message, MAX_REASON_BYTES) })),
  };
}

function classify(skId: string, error: unknown, cancelled: AbortSignal): Outcome {
  if (cancelled.aborted) return { skId, interrupted: error };
  if (error instanceof ServiceError) {
    return INTERRUPTIONS.has(error.code) ? { skId, interrupted: error } : { skId, failed: failedCheck(skId, error) };
  }
  Context.current().log.error('A check failed with an unexpected error', {
    cohort: skId,
    ...loggableError(error),
  });
  const message = 'An unexpected error: the log of the worker says where it was thrown.';
  return { skId, failed: { skId, code: 'UNEXPECTED', message } };
}

function isGone(account: LmsAccount | ServiceError): boolean {
  return account instanceof ServiceError && (account.code === 'COHORT_INACTIVE' || account.code === 'COHORT_UNKNOWN');
}

function failedCheck(skId: string, { code, message }: ServiceError): FailedCheck {
  return { skId, code, message };
}

import { Context } from '@temporalio/activity';
import { hasWaitingMessages } from '../../adapters/database/alerts/chat-outbox';
import { loadAccounts } from '../../adapters/database/accounts/cohorts';
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
import { checkCohort, type CheckedCohort } from './check-cohort';
import { createCheckPatience, type CheckPatience } from './stall-timeout';
import { parseInput } from '../shared/parse-input';
import { createSeenEntries, type SeenEntries } from './seen-entries';
import { createSingleFlight } from './single-flight';
import { withHeartbeat } from '../shared/with-heartbeat';

export interface InquiryLmsDependencies {
  database: Database;
  secretBox: SecretBox;
  lms: LmsClient;
  metrics: Metrics;
  /** Has the workflow `alertDelivery` look at the outbox. */
  wakeDelivery: () => Promise<void>;
  patience?: CheckPatience;
}

/** One activity's cohorts. A quiet one, which is the usual case, is counted alone. */
export interface CheckInquiriesResult {
  checked: number;
  found: { skId: string; newInquiries: number; lateInquiries: number }[];
  failures: FailedCheck[];
}

type Outcome = { skId: string } & ({ checked: CheckedCohort } | { failed: FailedCheck } | { interrupted: unknown });

/** Hashes of 64 characters: some ten megabytes. */
const SEEN_CAPACITY = 50_000;
/**
 * The silence covers a request that got no answer within its 10 s and another try. The whole lets a cohort of many pages
 * finish and stays below the activity's three minutes.
 */
const PATIENCE = { silenceMs: 20_000, longestMs: 150_000 };
/** What is not the cohort's failure: the whole activity is tried again, perhaps by another process. */
const INTERRUPTIONS: ReadonlySet<string> = new Set(['LMS_LEASE_LOST', 'DATABASE_UNAVAILABLE']);
/** Reasons stand in histories once for each failing cohort and tick; what to do about them comes last in them. */
const MAX_REASON_BYTES = 400;

/** Activities of the inquiry monitor that talk to the LMS. */
export function createInquiryLmsActivities(dependencies: InquiryLmsDependencies) {
  const seen = createSeenEntries(SEEN_CAPACITY);
  const { patience = createCheckPatience(PATIENCE) } = dependencies;
  return {
    /**
     * Checks up to 50 cohorts side by side, one request for each that has nothing new. A cohort's failure is a value in
     * the result, and what is new is on its way before the others are done.
     * @throws ServiceError LMS_LEASE_LOST, DATABASE_UNAVAILABLE: nobody's failure, to be tried again
     */
    async checkInquiries(input: CheckInquiriesInput): Promise<CheckInquiriesResult> {
      const { skIds } = parseInput(checkInquiriesInputSchema, input);
      return withHeartbeat((signal) => checkCohorts({ ...dependencies, patience, seen }, skIds, signal));
    },
  };
}

export type InquiryLmsActivities = ReturnType<typeof createInquiryLmsActivities>;

async function checkCohorts(
  dependencies: InquiryLmsDependencies & { patience: CheckPatience; seen: SeenEntries },
  skIds: readonly string[],
  signal: AbortSignal,
): Promise<CheckInquiriesResult> {
  const { database, secretBox, lms, metrics, patience, seen } = dependencies;
  const [accounts, states] = await Promise.all([
    loadAccounts(database, secretBox, skIds),
    loadInquiryChecks(database, skIds),
  ]);
  const delivery = createSingleFlight(() => wake(dependencies.wakeDelivery));
  // A try before this one may have stored alerts and died before it told anybody.
  if (Context.current().info.attempt > 1 && (await hasWaitingMessages(database))) delivery.request();

  const check = async (skId: string, account: LmsAccount, state: InquiryCheckState): Promise<Outcome> => {
    try {
      const checked = await patience.during(skId, signal, (patient, onProgress) =>
        checkCohort({ database, lms, seen }, account, state, { signal: patient, onProgress }),
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
      // Deactivated or removed since the tick was planned.
      if (account === undefined || state === undefined || isGone(account)) return [];
      if (account instanceof ServiceError) return [{ skId, failed: failedCheck(skId, account) }];
      return [await check(skId, account, state)];
    }),
  );
  return record(database, outcomes.flat()).finally(() => delivery.settled());
}

/** Writes down what each check came to, then fails if anything has to be tried again. */
async function record(database: Database, outcomes: readonly Outcome[]): Promise<CheckInquiriesResult> {
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
  Context.current().log.error('A check failed in a way that nobody foresaw', {
    cohort: skId,
    ...loggableError(error),
  });
  const message = 'An error that nobody foresaw: the log of the worker says where it was thrown.';
  return { skId, failed: { skId, code: 'UNEXPECTED', message } };
}

function isGone(account: LmsAccount | ServiceError): boolean {
  return account instanceof ServiceError && (account.code === 'COHORT_INACTIVE' || account.code === 'COHORT_UNKNOWN');
}

function failedCheck(skId: string, { code, message }: ServiceError): FailedCheck {
  return { skId, code, message };
}

/** What waits in the outbox is found again by the next tick, so a wake-up that failed fails nothing. */
async function wake(wakeDelivery: () => Promise<void>): Promise<void> {
  await wakeDelivery().catch((error: unknown) => {
    Context.current().log.warn('The delivery of alerts could not be woken', loggableError(error));
  });
}

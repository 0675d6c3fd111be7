import type { NightPlan } from '../../../domain/operations/night';
import type {
  FailingCohort,
  HeldAccount,
  OutboxFacts,
  ServiceFacts,
  Waiting,
} from '../../../domain/operations/service-facts';
import { ACCOUNT_HOLD_MS } from '../../../domain/accounts/login-policy';
import { listActiveCohorts } from '../accounts/cohorts';
import { isLmsRefusingAll } from '../accounts/lms-accounts';
import { countUnreported, readRefusedCompletions, readUnknownCohorts } from '../completion/video-completions';
import type { Queryable } from '../core/database';
import { listOpenIncidents } from './incidents';
import {
  readCollectionAges,
  readDueNight,
  readIncidentNights,
  readLatestNight,
  readStatisticsFacts,
} from './night-facts';
import { readErasure, readServiceState } from './service-state';

export type FactName = keyof ServiceFacts;

/** Each fact has its own statements, so that a view pays for the facts that it shows, and one slow fact delays no other. */
const READERS: { [Name in FactName]: (db: Queryable, plan: NightPlan) => Promise<ServiceFacts[Name]> } = {
  service: readServiceState,
  activeCohorts: async (db) => (await listActiveCohorts(db)).map(({ skId }) => skId),
  failingCohorts: readFailingCohorts,
  heldAccounts: readHeldAccounts,
  isLmsRefusingAll,
  outbox: readOutbox,
  lastChatFailure: readLastChatFailure,
  chatTookSeconds: readChatTookSeconds,
  latestNight: readLatestNight,
  dueNight: readDueNight,
  incidentNights: readIncidentNights,
  collectionAges: readCollectionAges,
  statistics: readStatisticsFacts,
  erasure: readErasure,
  unreportedCompletions: countUnreported,
  reportableCompletions: readReportableCompletions,
  unknownCohorts: readUnknownCohorts,
  refusedCompletions: readRefusedCompletions,
  incidents: (db) => listOpenIncidents(db),
  lmsLease: readLmsLease,
};

/**
 * The named facts, all of them.
 * @throws ServiceError DATABASE_UNAVAILABLE when one of them can't be read
 */
export async function gatherServiceFacts<Name extends FactName>(
  db: Queryable,
  plan: NightPlan,
  names: readonly Name[],
): Promise<Pick<ServiceFacts, Name>> {
  const facts = await Promise.all(names.map(async (name) => [name, await READERS[name](db, plan)] as const));
  return Object.fromEntries(facts) as Pick<ServiceFacts, Name>;
}

/**
 * The named facts of which each can be read within `deadlineMs`; the others are absent. The server ends a statement that
 * takes longer, or each scrape would leave one more running. Never throws.
 */
export async function gatherReadableFacts<Name extends FactName>(
  db: Queryable,
  plan: NightPlan,
  names: readonly Name[],
  deadlineMs: number,
): Promise<Partial<Pick<ServiceFacts, Name>>> {
  const deadline = new Promise<undefined>((resolve) => setTimeout(resolve, deadlineMs, undefined).unref());
  const facts = await Promise.all(
    names.map(async (name) => {
      const reading = READERS[name](withTimeLimit(db, deadlineMs), plan);
      return [name, await Promise.race([reading, deadline]).catch(() => undefined)];
    }),
  );
  return Object.fromEntries(facts) as Partial<Pick<ServiceFacts, Name>>;
}

/** MySQL reads the hint and takes `/*M!` for a comment; MariaDB does the reverse. */
function withTimeLimit(db: Queryable, limitMs: number): Queryable {
  const limited = (sql: string) =>
    `/*M! SET STATEMENT max_statement_time = ${limitMs / 1000} FOR */ ` +
    sql.replace(/^\s*SELECT\b/, `SELECT /*+ MAX_EXECUTION_TIME(${limitMs}) */`);
  return { ...db, query: (sql, parameters) => db.query(limited(sql), parameters) };
}

async function readFailingCohorts(db: Queryable): Promise<FailingCohort[]> {
  const rows = await db.query<{
    sk_id: string;
    cohort_name: string;
    failing_since: Date;
    failing_seconds: number;
    failure_code: string | null;
    failure_message: string | null;
  }>(
    `SELECT c.sk_id, t.cohort_name, c.failing_since, c.failure_code, c.failure_message,
       TIMESTAMPDIFF(MICROSECOND, c.failing_since, UTC_TIMESTAMP(3)) / 1000000 AS failing_seconds
     FROM openeg_inquiry_checks c JOIN openeg_gather_town_info t ON t.sk_id = c.sk_id
     WHERE t.active = 1 AND c.failing_since IS NOT NULL ORDER BY c.failing_since, c.sk_id`,
  );
  return rows.map((row) => ({
    skId: row.sk_id,
    cohortName: row.cohort_name,
    since: row.failing_since,
    failingSeconds: Math.max(0, Number(row.failing_seconds)),
    code: row.failure_code ?? 'UNEXPECTED',
    message: row.failure_message ?? '',
  }));
}

async function readHeldAccounts(db: Queryable): Promise<HeldAccount[]> {
  const rows = await db.query<{
    login_id: string;
    held_until: Date;
    is_held_now: number;
    held_reason: string | null;
    refused_seconds: number;
    sk_id: string | null;
  }>(
    `SELECT a.login_id, a.held_until, a.held_until > UTC_TIMESTAMP(3) AS is_held_now, a.held_reason, c.sk_id,
       TIMESTAMPDIFF(SECOND, a.held_until, UTC_TIMESTAMP(3)) + ${ACCOUNT_HOLD_MS / 1000} AS refused_seconds
     FROM openeg_lms_accounts a
     LEFT JOIN openeg_gather_town_info c ON c.login_id = a.login_id AND c.active = 1
     WHERE a.held_until IS NOT NULL
     UNION ALL
     SELECT r.login_id, r.held_until, r.held_until > UTC_TIMESTAMP(3), r.held_reason, c.sk_id,
       TIMESTAMPDIFF(SECOND, r.held_until, UTC_TIMESTAMP(3)) + ${ACCOUNT_HOLD_MS / 1000}
     FROM openeg_lms_refusals r
     JOIN openeg_gather_town_info c ON c.sk_id = r.sk_id AND c.active = 1
     WHERE r.held_until IS NOT NULL ORDER BY held_until, login_id, sk_id`,
  );
  const accounts = new Map<string, HeldAccount>();
  for (const row of rows) {
    const account = accounts.get(row.login_id) ?? {
      loginId: row.login_id,
      until: row.held_until,
      isHeldNow: row.is_held_now === 1,
      reason: row.held_reason ?? '',
      refusedSeconds: row.refused_seconds,
      skIds: [],
    };
    if (row.sk_id !== null) account.skIds.push(row.sk_id);
    accounts.set(row.login_id, account);
  }
  return [...accounts.values()];
}

async function readOutbox(db: Queryable): Promise<OutboxFacts> {
  const rows = await db.query<{ state: string; kind: string; messages: number; oldest_seconds: number }>(
    `SELECT state, kind, COUNT(*) AS messages, TIMESTAMPDIFF(SECOND, MIN(created_at), UTC_TIMESTAMP(3)) AS oldest_seconds
     FROM openeg_chat_outbox WHERE state IN ('waiting', 'aside', 'dead') GROUP BY state, kind`,
  );
  const count = (matching: typeof rows) => matching.reduce((sum, { messages }) => sum + messages, 0);
  const waitingOf = (matching: typeof rows): Waiting => ({
    waiting: count(matching),
    oldestSeconds: Math.max(0, ...matching.map((row) => row.oldest_seconds)),
  });
  const waiting = rows.filter(({ state }) => state === 'waiting');
  return {
    messages: waitingOf(waiting),
    alerts: waitingOf(waiting.filter(({ kind }) => kind === 'inquiry')),
    aside: count(rows.filter(({ state }) => state === 'aside')),
    dead: count(rows.filter(({ state }) => state === 'dead')),
  };
}

async function readChatTookSeconds(db: Queryable): Promise<number | null> {
  const [sent] = await db.query<{ seconds: number | null }>(
    `SELECT TIMESTAMPDIFF(SECOND, sent_at, UTC_TIMESTAMP(3)) AS seconds FROM openeg_chat_outbox
     WHERE id = (SELECT MAX(id) FROM openeg_chat_outbox WHERE state = 'sent')`,
  );
  return sent?.seconds ?? null;
}

async function readLastChatFailure(db: Queryable): Promise<string | null> {
  const [row] = await db.query<{ failure: string }>(
    "SELECT failure FROM openeg_chat_outbox WHERE state = 'waiting' AND failure IS NOT NULL ORDER BY id DESC LIMIT 1",
  );
  return row?.failure ?? null;
}

/** Completions for which a person has to act have another incident. */
async function readReportableCompletions(db: Queryable): Promise<Waiting> {
  const [row] = await db.query<{ waiting: number; oldest_seconds: number | null }>(
    `SELECT COUNT(*) AS waiting, TIMESTAMPDIFF(SECOND, MIN(completed_at), UTC_TIMESTAMP(3)) AS oldest_seconds
     FROM openeg_video_completions v JOIN openeg_gather_town_info c ON c.sk_id = v.project_no AND c.active = 1
     WHERE v.reported_at IS NULL AND v.refusal IS NULL`,
  );
  return { waiting: row?.waiting ?? 0, oldestSeconds: row?.oldest_seconds ?? 0 };
}

async function readLmsLease(db: Queryable): Promise<ServiceFacts['lmsLease']> {
  const [row] = await db.query<{ holder: string; held: number }>(
    "SELECT holder, expires_at > UTC_TIMESTAMP(3) AS held FROM openeg_leases WHERE name = 'lms'",
  );
  return row === undefined ? null : { holder: row.holder, held: row.held === 1 };
}

import { isDeepStrictEqual } from 'node:util';
import type { Database } from '../../src/adapters/database/core/database';
import { collectionDateFor } from '../../src/domain/shared/learning-date';
import type { SimulatorProcess } from '../simulator-process';
import { waitUntil } from '../wait-until';
import { checkAlerts, type AlertCheck } from './check-alerts';
import { compareTables, type TableComparison } from './compare-tables';
import type { DemoSystem } from './start-demo-system';

const QUESTIONS_PER_COHORT = 4;
/** Moderation delays every second question by this time. */
const MODERATION_MS = 4_000;
const ALERTS_DEADLINE_MS = 90_000;
const MAX_IN_FLIGHT = 15;
/** Requests that are not part of a collection. */
const OTHER_OPERATIONS = new Set(['login', 'listInquiries', 'reportCompletion']);

/** The result of one round of the main job. */
export interface OnceResult {
  /** The collected date. */
  date: string;
  alerts: AlertCheck;
  tables: TableComparison[];
  /** Output of `openeg collect`, when it failed. */
  collectionFailure: string | undefined;
  /** Exactly the stored cohorts and types. */
  isTriggerSent: boolean;
  collection: { requests: number; peakInFlight: number; wallMs: number; leastMs: number };
  isLimitKept: boolean;
}

/** Asks questions, collects yesterday, and compares everything with the simulator's data. */
export async function runOnce(system: DemoSystem, say: (line: string) => void): Promise<OnceResult> {
  const { simulator, database } = system;
  const date = collectionDateFor(new Date());
  const cohorts = await simulator.cohorts();

  say(`Learners ask ${cohorts.length * QUESTIONS_PER_COHORT} questions; Google Chat loses its first answer …`);
  await simulator.setKnobs({ chat: { faults: [{ fault: 'create-then-reset', times: 1 }] } });
  for (const { skId } of cohorts) {
    for (const visibleAfterMs of [0, MODERATION_MS]) {
      await simulator.addInquiries(skId, { visibleAfterMs, count: QUESTIONS_PER_COHORT / 2 });
    }
  }

  say(`Collecting ${date} …`);
  const before = await collectionRequests(simulator);
  const collected = await system.openeg('collect', '--date', date);
  const requests = (await collectionRequests(simulator)) - before;
  const { lms } = await simulator.state();
  say(collected.stdout);

  say('Waiting until every question is in Google Chat …');
  await waitUntil(() => areAllDelivered(database, simulator), {
    deadlineMs: ALERTS_DEADLINE_MS,
    what: 'every alert is in Google Chat',
  }).catch((error: Error) => say(error.message));
  return {
    date,
    alerts: await checkAlerts(simulator),
    tables: await compareTables(database, simulator, date),
    collectionFailure: collected.code === 0 ? undefined : collected.stderr,
    isTriggerSent: await isTriggerComplete(simulator, date),
    collection: {
      requests,
      peakInFlight: lms.peakInFlight,
      wallMs: await collectionWallMs(database, date),
      leastMs: (requests * system.latencyMs) / MAX_IN_FLIGHT,
    },
    isLimitKept: lms.peakInFlight <= MAX_IN_FLIGHT && lms.offences === 0,
  };
}

async function collectionRequests(simulator: SimulatorProcess): Promise<number> {
  const { lms } = await simulator.state();
  const counts = Object.entries(lms.byOperation).filter(([operation]) => !OTHER_OPERATIONS.has(operation));
  return counts.reduce((sum, [, count]) => sum + count, 0);
}

/** Chat has them, and the service knows it. */
async function areAllDelivered(database: Database, simulator: SimulatorProcess): Promise<boolean> {
  const { asked, created } = await checkAlerts(simulator);
  const [row] = await database.query<{ delivered: number }>(
    'SELECT COUNT(*) AS delivered FROM openeg_entry_tracking WHERE processed_at IS NOT NULL',
  );
  return created === asked && row?.delivered === asked;
}

async function collectionWallMs(database: Database, date: string): Promise<number> {
  const [row] = await database.query<{ startedAt: Date | null; finishedAt: Date | null }>(
    'SELECT MIN(started_at) AS startedAt, MAX(finished_at) AS finishedAt FROM openeg_collection_runs WHERE collection_date = ?',
    [date],
  );
  return row?.startedAt && row.finishedAt ? row.finishedAt.getTime() - row.startedAt.getTime() : 0;
}

/** One trigger that names every cohort and every type (contract section 3): all were stored. */
async function isTriggerComplete(simulator: SimulatorProcess, date: string): Promise<boolean> {
  const cohorts = (await simulator.cohorts()).map(({ skId }) => skId).sort();
  const accepted = (await simulator.statisticsCalls()).filter(({ outcome }) => outcome === 200);
  return accepted.some(({ body }) => {
    const trigger = body as { sk_ids: string[]; target_date: string; data_types: string[] };
    return (
      trigger.target_date === date &&
      isDeepStrictEqual(trigger.sk_ids.toSorted(), cohorts) &&
      isDeepStrictEqual(trigger.data_types.toSorted(), ['pbl', 'roadmap', 'task', 'vod'])
    );
  });
}

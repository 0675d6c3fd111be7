import { isDeepStrictEqual } from 'node:util';
import { checkAlerts } from './check-alerts.js';
import { compareTables } from './compare-tables.js';
import { openDemoDatabase } from './open-demo-database.mjs';
import { waitFor } from './wait-for.mjs';
import { yesterday } from './yesterday.mjs';

const QUESTIONS_PER_COHORT = 4;
/** Every second question is held back by moderation for this long. */
const MODERATION_MS = 4_000;
const ALERTS_DEADLINE_MS = 90_000;
const MAX_IN_FLIGHT = 15;
/** Requests that are no part of a collection. */
const OTHER_OPERATIONS = new Set(['login', 'listInquiries', 'reportCompletion']);

/**
 * What one round of the main job came to.
 * @typedef {object} OnceResult
 * @property {string} date that was collected
 * @property {import('./check-alerts.js').AlertCheck} alerts
 * @property {import('./compare-tables.js').TableComparison[]} tables
 * @property {string | undefined} collectionFailure what `openeg collect` said, when it failed
 * @property {boolean} statisticsTold exactly the cohorts and types that were stored
 * @property {{ requests: number, peakInFlight: number, wallMs: number, leastMs: number }} collection
 * @property {boolean} limitKept
 */

/**
 * Questions, alerts, last night's collection; then everything is compared with what the simulator holds.
 * @param {import('./start-demo-system.mjs').DemoSystem} system
 * @param {(line: string) => void} say
 * @returns {Promise<OnceResult>}
 */
export async function runOnce(system, say) {
  const { simulator } = system;
  const date = yesterday();
  const cohorts = await simulator.cohorts();

  say(`Learners ask ${cohorts.length * QUESTIONS_PER_COHORT} questions; Google Chat loses its first answer …`);
  await simulator.setKnobs({ chat: { faults: [{ fault: 'create-then-reset', times: 1 }] } });
  for (const { skId } of cohorts) {
    for (let index = 0; index < QUESTIONS_PER_COHORT; index += 1) {
      await simulator.ask(skId, index % 2 === 0 ? 0 : MODERATION_MS);
    }
  }

  say(`Collecting ${date} …`);
  const before = collectionRequests(await simulator.state());
  const collected = await system.openeg('collect', '--date', date);
  const after = await simulator.state();
  say(collected.output);

  say('Waiting until every question is in Google Chat …');
  const connection = await openDemoDatabase(system.variables);
  try {
    await waitFor('every alert is in Google Chat', ALERTS_DEADLINE_MS, () => allDelivered(connection, simulator)).catch(
      (/** @type {Error} */ error) => say(error.message),
    );
    const requests = collectionRequests(after) - before;
    return {
      date,
      alerts: await checkAlerts(simulator),
      tables: await compareTables(connection, simulator, date),
      collectionFailure: collected.code === 0 ? undefined : collected.output,
      statisticsTold: await statisticsWereTold(simulator, date),
      collection: {
        requests,
        peakInFlight: after.lms.peakInFlight,
        wallMs: await collectionWallMs(connection, date),
        leastMs: (requests * system.latencyMs) / MAX_IN_FLIGHT,
      },
      limitKept: after.lms.peakInFlight <= MAX_IN_FLIGHT && after.lms.offences === 0,
    };
  } finally {
    await connection.end();
  }
}

/** @param {import('./simulator-control.mjs').SimulatorState} state */
function collectionRequests({ lms }) {
  const counts = Object.entries(lms.byOperation).filter(([operation]) => !OTHER_OPERATIONS.has(operation));
  return counts.reduce((sum, [, count]) => sum + count, 0);
}

/**
 * Chat has them, and the service knows it.
 * @param {import('mysql2/promise').Connection} connection
 * @param {import('./simulator-control.mjs').SimulatorControl} simulator
 */
async function allDelivered(connection, simulator) {
  const { asked, created } = await checkAlerts(simulator);
  const [rows] = await connection.query(
    'SELECT COUNT(*) AS delivered FROM openeg_entry_tracking WHERE processed_at IS NOT NULL',
  );
  const [{ delivered }] = /** @type {[{ delivered: number }]} */ (rows);
  return created === asked && delivered === asked;
}

/**
 * @param {import('mysql2/promise').Connection} connection
 * @param {string} date
 */
async function collectionWallMs(connection, date) {
  const [rows] = await connection.query(
    'SELECT MIN(started_at) AS startedAt, MAX(finished_at) AS finishedAt FROM openeg_collection_runs WHERE collection_date = ?',
    [date],
  );
  const [{ startedAt, finishedAt }] = /** @type {[{ startedAt: Date | null, finishedAt: Date | null }]} */ (rows);
  return startedAt === null || finishedAt === null ? 0 : finishedAt.getTime() - startedAt.getTime();
}

/**
 * Contract section 3: one trigger that names every cohort and every type, for all were stored.
 * @param {import('./simulator-control.mjs').SimulatorControl} simulator
 * @param {string} date
 */
async function statisticsWereTold(simulator, date) {
  const cohorts = (await simulator.cohorts()).map(({ skId }) => skId).sort();
  const accepted = (await simulator.statisticsCalls()).filter(({ outcome }) => outcome === 200);
  return accepted.some(({ body }) => {
    const trigger = /** @type {{ sk_ids: string[], target_date: string, data_types: string[] }} */ (body);
    return (
      trigger.target_date === date &&
      isDeepStrictEqual(trigger.sk_ids.toSorted(), cohorts) &&
      isDeepStrictEqual(trigger.data_types.toSorted(), ['pbl', 'roadmap', 'task', 'vod'])
    );
  });
}

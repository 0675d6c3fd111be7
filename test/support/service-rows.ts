import { randomBytes } from 'node:crypto';
import { importCohorts } from '../../src/adapters/database/accounts/import-cohorts';
import type { Database } from '../../src/adapters/database/core/database';
import {
  recordLastTick,
  recordMonitorStarted,
  recordServiceWanted,
} from '../../src/adapters/database/operations/service-state';
import { createSecretBox } from '../../src/adapters/secret-box';
import { latestDueNight, type NightPlan } from '../../src/domain/operations/night';

/* Rows that the facts about the running service are read from. */

export const NIGHT_PLAN: NightPlan = { collectionTime: '02:00', dataTypes: ['vod', 'pbl'] };

export const dueNightDate = () => latestDueNight(new Date(), NIGHT_PLAN.collectionTime).date;

/** SK001 and SK002. */
export const importTwoCohorts = (database: Database) => importCohortsOf(database, 2);

/** SK001, SK002 and so on. */
export async function importCohortsOf(database: Database, count: number): Promise<void> {
  await importCohorts(
    database,
    createSecretBox(randomBytes(32)),
    Array.from({ length: count }, (_, index) => `SK${String(index + 1).padStart(3, '0')}`).map((skId) => ({
      ...{ skId, cohortName: `${skId} 기수`, loginId: `login-${skId}`, password: 'password' },
      chatWebhookUrl: null,
    })),
  );
}

/** As `openeg start` does. */
export async function recordServiceStarted(database: Database): Promise<void> {
  await recordMonitorStarted(database);
  await recordServiceWanted(database, true);
}

/** Makes the service look as if it had been running, and had known its cohorts, for a week. */
export async function ageService(database: Database): Promise<void> {
  await database.execute(
    "UPDATE openeg_service_state SET updated_at = UTC_TIMESTAMP(3) - INTERVAL 7 DAY WHERE name <> 'last_tick'",
  );
  await database.execute('UPDATE openeg_gather_town_info SET imported_at = UTC_TIMESTAMP(3) - INTERVAL 7 DAY');
}

/** The newest run of the due night: stored, or failed with `error`. The night's passes are over. */
export async function insertRun(database: Database, skId: string, dataType: string, error?: string): Promise<void> {
  const isStored = error === undefined;
  await database.execute(
    `INSERT INTO openeg_collection_runs (sk_id, collection_date, data_type, status, stored_at, started_at, error, workflow_id)
     VALUES (?, ?, ?, ?, IF(?, UTC_TIMESTAMP(3), NULL), UTC_TIMESTAMP(3) - INTERVAL 1 HOUR, ?, 'w')
     ON DUPLICATE KEY UPDATE status = VALUES(status), stored_at = VALUES(stored_at), error = VALUES(error)`,
    [skId, dueNightDate(), dataType, isStored ? 'stored' : 'failed', Number(isStored), error ?? null],
  );
}

export function insertTick(database: Database): Promise<void> {
  return recordLastTick(database, {
    intervalMs: 60_000,
    durationMs: 900,
    cohorts: 2,
    newInquiries: 0,
    failures: 0,
  });
}

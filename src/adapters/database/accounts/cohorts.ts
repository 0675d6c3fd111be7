import { ServiceError } from '../../../domain/shared/service-error';
import type { LmsAccount } from '../../lms/lms-client';
import type { SecretBox } from '../../secret-box';
import type { Queryable } from '../core/database';
import { COHORTS_TABLE, openPassword, openWebhookUrl, type CohortRow } from './cohort-row';

/** A cohort without its secrets. */
export interface ListedCohort {
  skId: string;
  cohortName: string;
  loginId: string;
  /** False when its alerts go to the default space. */
  hasOwnChatSpace: boolean;
  isActive: boolean;
}

/** Active cohorts, ordered by `skId`. */
export async function listActiveCohorts(db: Queryable): Promise<{ skId: string; cohortName: string }[]> {
  const rows = await db.query<CohortRow>(
    `SELECT sk_id, cohort_name FROM ${COHORTS_TABLE} WHERE active = 1 ORDER BY sk_id`,
  );
  return rows.map((row) => ({ skId: row.sk_id, cohortName: row.cohort_name }));
}

/** All cohorts, deactivated ones too, ordered by `skId`. */
export async function listCohorts(db: Queryable): Promise<ListedCohort[]> {
  const rows = await db.query<CohortRow>(
    `SELECT sk_id, cohort_name, login_id, chat_webhook_url, active FROM ${COHORTS_TABLE} ORDER BY sk_id`,
  );
  return rows.map((row) => ({
    skId: row.sk_id,
    cohortName: row.cohort_name,
    loginId: row.login_id,
    hasOwnChatSpace: row.chat_webhook_url !== null,
    isActive: row.active === 1,
  }));
}

/** The cohort's name; its `skId` when no such cohort is stored. */
export async function loadCohortName(db: Queryable, skId: string): Promise<string> {
  const [row] = await db.query<CohortRow>(`SELECT cohort_name FROM ${COHORTS_TABLE} WHERE sk_id = ?`, [skId]);
  return row?.cohort_name ?? skId;
}

/**
 * The decrypted account of each cohort, or the ServiceError of that cohort alone: COHORT_UNKNOWN, COHORT_INACTIVE,
 * CREDENTIALS_UNREADABLE.
 */
export function loadAccounts(
  db: Queryable,
  box: SecretBox,
  skIds: readonly string[],
): Promise<Map<string, LmsAccount | ServiceError>> {
  return readEachCohort(db, skIds, (row) => {
    if (row.active !== 1) {
      throw new ServiceError('COHORT_INACTIVE', `${row.sk_id} is deactivated: import it again to use it.`);
    }
    return { skId: row.sk_id, loginId: row.login_id, password: openPassword(box, row) };
  });
}

/**
 * The space of each cohort's alerts, or the ServiceError of that cohort alone: COHORT_UNKNOWN, CREDENTIALS_UNREADABLE.
 * A null `webhookUrl` stands for the default space. A deactivated cohort has a space too: its last alerts may still wait.
 */
export function loadChatSpaces(
  db: Queryable,
  box: SecretBox,
  skIds: readonly string[],
): Promise<Map<string, { cohortName: string; webhookUrl: string | null } | ServiceError>> {
  return readEachCohort(db, skIds, (row) => ({ cohortName: row.cohort_name, webhookUrl: openWebhookUrl(box, row) }));
}

/**
 * The service leaves the cohort alone until it is imported again. Collected rows stay.
 * @returns false when it was inactive already
 * @throws ServiceError COHORT_UNKNOWN
 */
export async function deactivateCohort(db: Queryable, skId: string): Promise<boolean> {
  const { affectedRows } = await db.execute(`UPDATE ${COHORTS_TABLE} SET active = 0 WHERE sk_id = ? AND active = 1`, [
    skId,
  ]);
  if (affectedRows > 0) return true;
  const stored = await db.query(`SELECT sk_id FROM ${COHORTS_TABLE} WHERE sk_id = ?`, [skId]);
  if (stored.length === 0) throw unknownCohort(skId);
  return false;
}

async function readEachCohort<Result>(
  db: Queryable,
  skIds: readonly string[],
  read: (row: CohortRow) => Result,
): Promise<Map<string, Result | ServiceError>> {
  const results = new Map<string, Result | ServiceError>(skIds.map((skId) => [skId, unknownCohort(skId)]));
  if (skIds.length === 0) return results;
  const rows = await db.query<CohortRow>(`SELECT * FROM ${COHORTS_TABLE} WHERE sk_id IN (?)`, [skIds]);
  for (const row of rows)
    results.set(
      row.sk_id,
      valueOrServiceError(() => read(row)),
    );
  return results;
}

function valueOrServiceError<Value>(read: () => Value): Value | ServiceError {
  try {
    return read();
  } catch (error) {
    if (error instanceof ServiceError) return error;
    throw error;
  }
}

function unknownCohort(skId: string): ServiceError {
  return new ServiceError('COHORT_UNKNOWN', `No cohort ${skId} is known: "openeg cohorts import" adds it.`);
}

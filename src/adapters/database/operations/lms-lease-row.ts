import type { Queryable } from '../core/database';

/*
 * The lease of the LMS is one row of openeg_leases; all its times are on the database's clock. From `quiet_at` on nothing
 * that its holder sent can still be at the LMS, so another process can acquire the lease (decision 0001).
 */

const NAME = 'lms';

const NOW = 'UTC_TIMESTAMP(3)';
const inMicroseconds = (milliseconds: number) => Math.ceil(milliseconds) * 1000;

export interface LeaseTerm {
  holder: string;
  /** How long the lease lasts without renewal. */
  termMs: number;
  /** How long the LMS can work on a request that the holder sent at the end of its term. */
  processingMs: number;
}

/** Acquires the lease if it is free or this holder's already. Answers whether this holder owns it now. */
export async function acquireLmsLease(db: Queryable, term: LeaseTerm): Promise<boolean> {
  const { holder } = term;
  // A plain SELECT locks nothing: a standby process asks a few times a second.
  const [row] = await db.query<{ available: number }>(
    `SELECT holder = ? OR quiet_at <= ${NOW} AS available FROM openeg_leases WHERE name = ?`,
    [holder, NAME],
  );
  if (row === undefined) {
    await db.execute(
      `INSERT IGNORE INTO openeg_leases (name, holder, expires_at, quiet_at) VALUES (?, ?, ${NOW}, ${NOW})`,
      [NAME, holder],
    );
  } else if (row.available !== 1) {
    return false;
  }
  await db.execute(
    `UPDATE openeg_leases SET holder = ?, ${newTerm} WHERE name = ? AND (holder = ? OR quiet_at <= ${NOW})`,
    [holder, ...newTermParameters(term), NAME, holder],
  );
  return isLmsLeaseHolder(db, holder);
}

/** Begins the holder's next term, also when its last one is over. Answers false when another holder acquired the lease. */
export async function renewLmsLease(db: Queryable, term: LeaseTerm): Promise<boolean> {
  const { affectedRows } = await db.execute(`UPDATE openeg_leases SET ${newTerm} WHERE name = ? AND holder = ?`, [
    ...newTermParameters(term),
    NAME,
    term.holder,
  ]);
  // A second renewal within one millisecond changes no row although the lease is still this holder's.
  return affectedRows > 0 || isLmsLeaseHolder(db, term.holder);
}

/** Ends the holder's term now; others can acquire the lease after `quietInMs`. The lease of another holder stays as it is. */
export async function releaseLmsLease(db: Queryable, holder: string, quietInMs: number): Promise<void> {
  await db.execute(
    `UPDATE openeg_leases SET expires_at = ${NOW}, quiet_at = ${NOW} + INTERVAL ? MICROSECOND WHERE name = ? AND holder = ?`,
    [inMicroseconds(quietInMs), NAME, holder],
  );
}

const newTerm = `expires_at = ${NOW} + INTERVAL ? MICROSECOND, quiet_at = ${NOW} + INTERVAL ? MICROSECOND`;

function newTermParameters({ termMs, processingMs }: LeaseTerm): [number, number] {
  return [inMicroseconds(termMs), inMicroseconds(termMs + processingMs)];
}

async function isLmsLeaseHolder(db: Queryable, holder: string): Promise<boolean> {
  const [row] = await db.query<{ holder: string }>('SELECT holder FROM openeg_leases WHERE name = ?', [NAME]);
  return row?.holder === holder;
}

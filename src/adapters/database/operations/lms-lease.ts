import type { Queryable } from '../core/database';

/*
 * Who may talk to the LMS: one row of openeg_leases, all times on the database's clock. Another process may take the
 * lease from `quiet_at` on, when nothing that its holder sent can still be at the LMS.
 */

const NAME = 'lms';

/** Contract section 1: a request is processed for at most 5 s, also when its caller died. */
const LMS_PROCESSING_MS = 5_000;

const NOW = 'UTC_TIMESTAMP(3)';
const inMicroseconds = (milliseconds: number) => Math.ceil(milliseconds) * 1000;

export interface LeaseTerm {
  holder: string;
  termMs: number;
}

/** Takes the lease if it is free, or was this holder's already; answers whether this holder has it now. */
export async function takeLmsLease(db: Queryable, { holder, termMs }: LeaseTerm): Promise<boolean> {
  // Looking first locks nothing: a standby asks a few times a second.
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
    [holder, ...newTermParameters(termMs), NAME, holder],
  );
  return isLmsLeaseHolder(db, holder);
}

/**
 * Begins the holder's next term, whether or not its last one is over; answers false when another holder took the lease
 * meanwhile.
 */
export async function renewLmsLease(db: Queryable, { holder, termMs }: LeaseTerm): Promise<boolean> {
  const { affectedRows } = await db.execute(`UPDATE openeg_leases SET ${newTerm} WHERE name = ? AND holder = ?`, [
    ...newTermParameters(termMs),
    NAME,
    holder,
  ]);
  // Two renewals within one millisecond change nothing, and that is no loss.
  return affectedRows > 0 || isLmsLeaseHolder(db, holder);
}

/** Ends the holder's term now; others may take the lease after `quietInMs`. Another's lease is left as it is. */
export async function releaseLmsLease(db: Queryable, holder: string, quietInMs: number): Promise<void> {
  await db.execute(
    `UPDATE openeg_leases SET expires_at = ${NOW}, quiet_at = ${NOW} + INTERVAL ? MICROSECOND WHERE name = ? AND holder = ?`,
    [inMicroseconds(quietInMs), NAME, holder],
  );
}

const newTerm = `expires_at = ${NOW} + INTERVAL ? MICROSECOND, quiet_at = ${NOW} + INTERVAL ? MICROSECOND`;

function newTermParameters(termMs: number): [number, number] {
  return [inMicroseconds(termMs), inMicroseconds(termMs + LMS_PROCESSING_MS)];
}

async function isLmsLeaseHolder(db: Queryable, holder: string): Promise<boolean> {
  const [row] = await db.query<{ holder: string }>('SELECT holder FROM openeg_leases WHERE name = ?', [NAME]);
  return row?.holder === holder;
}

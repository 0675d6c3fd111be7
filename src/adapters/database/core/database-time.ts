import type { Queryable } from './database';

/** The database's clock, the only one on which readings and requests are compared. To the millisecond. */
export async function databaseTime(db: Queryable): Promise<Date> {
  const [row] = await db.query<{ now: Date }>('SELECT UTC_TIMESTAMP(3) AS now');
  if (row === undefined) throw new Error('SELECT without a table answered no row');
  return row.now;
}

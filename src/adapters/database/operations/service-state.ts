import { z } from 'zod';
import type { Queryable } from '../core/database';

/*
 * Facts about the running service that outlive its processes. Their age is told by the database's clock, on which
 * every process agrees.
 */

const monitorStateSchema = z.object({ state: z.enum(['running', 'paused', 'stopped']) });
const wantedSchema = z.object({ wanted: z.boolean() });
const lastTickSchema = z.object({
  intervalMs: z.number(),
  durationMs: z.number(),
  cohorts: z.number(),
  newInquiries: z.number(),
  failures: z.number(),
});

/** Whether inquiries shall be checked: from its start on the monitor runs until it is paused or stopped. */
export type MonitorState = z.infer<typeof monitorStateSchema>['state'];
/** The last tick that checked every cohort that it should have. */
export type LastTick = z.infer<typeof lastTickSchema>;

/** A fact, and for how many seconds it has been so. */
export type Aged<Fact> = Fact & { ageSeconds: number };

const MONITOR = 'inquiry_monitor';
const WANTED = 'service_wanted';
const LAST_TICK = 'last_tick';

/** A state that is written again keeps its age; a pause leaves the service wanted, for its nights go on. */
export async function recordMonitorState(db: Queryable, state: MonitorState): Promise<void> {
  const rows = [
    [MONITOR, JSON.stringify({ state })],
    [WANTED, JSON.stringify({ wanted: state !== 'stopped' })],
  ];
  for (const row of rows) {
    await db.execute(
      `INSERT INTO openeg_service_state (name, value, updated_at) VALUES (?, ?, UTC_TIMESTAMP(3))
       ON DUPLICATE KEY UPDATE updated_at = IF(value = VALUES(value), updated_at, VALUES(updated_at)),
         value = VALUES(value)`,
      row,
    );
  }
}

export async function recordLastTick(db: Queryable, tick: LastTick): Promise<void> {
  await db.execute(
    `INSERT INTO openeg_service_state (name, value, updated_at) VALUES (?, ?, UTC_TIMESTAMP(3))
     ON DUPLICATE KEY UPDATE value = VALUES(value), updated_at = VALUES(updated_at)`,
    [LAST_TICK, JSON.stringify(tick)],
  );
}

/** Null before the service was ever started. */
export function loadMonitorState(db: Queryable): Promise<Aged<{ state: MonitorState }> | null> {
  return load(db, MONITOR, monitorStateSchema);
}

/** Since when the service is started, or stopped; null before it ever was. */
export function loadServiceWanted(db: Queryable): Promise<Aged<{ wanted: boolean }> | null> {
  return load(db, WANTED, wantedSchema);
}

/** Null before the first tick ended. */
export function loadLastTick(db: Queryable): Promise<Aged<LastTick> | null> {
  return load(db, LAST_TICK, lastTickSchema);
}

async function load<Schema extends z.ZodType<object>>(
  db: Queryable,
  name: string,
  schema: Schema,
): Promise<Aged<z.output<Schema>> | null> {
  const [row] = await db.query<{ value: string; age_seconds: string | number }>(
    `SELECT value, TIMESTAMPDIFF(MICROSECOND, updated_at, UTC_TIMESTAMP(6)) / 1000000 AS age_seconds
     FROM openeg_service_state WHERE name = ?`,
    [name],
  );
  if (row === undefined) return null;
  return { ...schema.parse(JSON.parse(row.value)), ageSeconds: Math.max(0, Number(row.age_seconds)) };
}

import { z } from 'zod';
import type { Aged, LastTick, MonitorState, ServiceState } from '../../../domain/operations/service-facts';
import type { Queryable } from '../core/database';

/*
 * Facts about the running service that outlive its processes, one row each in openeg_service_state. Ages are by the
 * database's clock, on which every process agrees.
 */

const schemas = {
  inquiry_monitor: z.object({ state: z.enum(['running', 'paused', 'stopped']) }),
  service_wanted: z.object({ wanted: z.boolean() }),
  last_tick: z.object({
    intervalMs: z.number(),
    durationMs: z.number(),
    cohorts: z.number(),
    newInquiries: z.number(),
    failures: z.number(),
  }),
};

type StateName = keyof typeof schemas;

/** A state that is written again keeps its age. A pause leaves the service wanted, because its nights go on. */
export async function recordMonitorState(db: Queryable, state: MonitorState): Promise<void> {
  const rows: [StateName, string][] = [
    ['inquiry_monitor', JSON.stringify({ state })],
    ['service_wanted', JSON.stringify({ wanted: state !== 'stopped' })],
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
  const name: StateName = 'last_tick';
  await db.execute(
    `INSERT INTO openeg_service_state (name, value, updated_at) VALUES (?, ?, UTC_TIMESTAMP(3))
     ON DUPLICATE KEY UPDATE value = VALUES(value), updated_at = VALUES(updated_at)`,
    [name, JSON.stringify(tick)],
  );
}

export async function readServiceState(db: Queryable): Promise<ServiceState> {
  const rows = await db.query<{ name: string; value: string; age_seconds: string | number }>(
    `SELECT name, value, TIMESTAMPDIFF(MICROSECOND, updated_at, UTC_TIMESTAMP(6)) / 1000000 AS age_seconds
     FROM openeg_service_state`,
  );
  const read = <Name extends StateName>(name: Name): Aged<z.output<(typeof schemas)[Name]>> | null => {
    const row = rows.find((each) => each.name === name);
    if (row === undefined) return null;
    const fact = schemas[name].parse(JSON.parse(row.value)) as z.output<(typeof schemas)[Name]>;
    return { ...fact, ageSeconds: Math.max(0, Number(row.age_seconds)) };
  };
  return { monitor: read('inquiry_monitor'), wanted: read('service_wanted'), lastTick: read('last_tick') };
}

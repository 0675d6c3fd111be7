import { z } from 'zod';
import type {
  Aged,
  ErasureFacts,
  LastTick,
  MonitorState,
  ScheduleState,
  ServiceState,
} from '../../../domain/operations/service-facts';
import type { Queryable } from '../core/database';

/*
 * Facts about the running service that outlive its processes, one row each in openeg_service_state. Ages are by the
 * database's clock, on which every process agrees.
 */

const schemas = {
  inquiry_monitor: z.object({ state: z.enum(['running', 'paused', 'stopped']) }),
  service_wanted: z.object({ wanted: z.boolean() }),
  first_start: z.object({}),
  nightly_schedule: z.object({ state: z.enum(['scheduled', 'paused', 'missing']) }),
  erasure_wanted: z.object({ wanted: z.boolean() }),
  last_erasure: z.record(z.string(), z.number()),
  last_tick: z.object({
    intervalMs: z.number(),
    durationMs: z.number(),
    cohorts: z.number(),
    newInquiries: z.number(),
    failures: z.number(),
  }),
};

type StateName = keyof typeof schemas;

/** @param state of the inquiry monitor */
export async function recordMonitorState(db: Queryable, state: MonitorState): Promise<void> {
  await recordState(db, 'inquiry_monitor', JSON.stringify({ state }));
}

/** `openeg start` begins. A pause of the inquiry monitor stays a pause. */
export async function recordMonitorStarted(db: Queryable): Promise<void> {
  const { monitor } = await readServiceState(db);
  if (monitor?.state !== 'paused') await recordMonitorState(db, 'running');
  await recordState(db, 'first_start', '{}');
}

/** Whether the last command was `openeg start` or `openeg stop`. */
export async function recordServiceWanted(db: Queryable, wanted: boolean): Promise<void> {
  await recordState(db, 'service_wanted', JSON.stringify({ wanted }));
}

export async function recordScheduleState(db: Queryable, state: ScheduleState): Promise<void> {
  await recordState(db, 'nightly_schedule', JSON.stringify({ state }));
}

/** Whether the workers have OPENEG_RETENTION_DAYS. */
export async function recordErasureWanted(db: Queryable, wanted: boolean): Promise<void> {
  await recordState(db, 'erasure_wanted', JSON.stringify({ wanted }));
}

/** A value that is written again keeps its age. */
async function recordState(db: Queryable, name: StateName, value: string): Promise<void> {
  await db.execute(
    `INSERT INTO openeg_service_state (name, value, updated_at) VALUES (?, ?, UTC_TIMESTAMP(3))
     ON DUPLICATE KEY UPDATE updated_at = IF(value = VALUES(value), updated_at, VALUES(updated_at)),
       value = VALUES(value)`,
    [name, value],
  );
}

/** @param erased rows by table */
export async function recordErasure(db: Queryable, erased: Readonly<Record<string, number>>): Promise<void> {
  await recordEvent(db, 'last_erasure', JSON.stringify(erased));
}

export async function recordLastTick(db: Queryable, tick: LastTick): Promise<void> {
  await recordEvent(db, 'last_tick', JSON.stringify(tick));
}

async function recordEvent(db: Queryable, name: StateName, value: string): Promise<void> {
  await db.execute(
    `INSERT INTO openeg_service_state (name, value, updated_at) VALUES (?, ?, UTC_TIMESTAMP(3))
     ON DUPLICATE KEY UPDATE value = VALUES(value), updated_at = VALUES(updated_at)`,
    [name, value],
  );
}

export async function readServiceState(db: Queryable): Promise<ServiceState> {
  const read = await readStates(db);
  return {
    monitor: read('inquiry_monitor'),
    wanted: read('service_wanted'),
    firstStart: read('first_start'),
    schedule: read('nightly_schedule'),
    lastTick: read('last_tick'),
  };
}

/** `openeg stop` pauses the Schedule of the erasure, so a stopped service erases nothing. */
export async function readErasure(db: Queryable): Promise<ErasureFacts> {
  const read = await readStates(db);
  const [service, erasure] = [read('service_wanted'), read('erasure_wanted')];
  const isWanted = service?.wanted === true && erasure?.wanted === true;
  return {
    wantedSeconds: isWanted ? Math.min(service.ageSeconds, erasure.ageSeconds) : null,
    lastSeconds: read('last_erasure')?.ageSeconds ?? null,
  };
}

async function readStates(db: Queryable) {
  const rows = await db.query<{ name: string; value: string; age_seconds: string | number }>(
    `SELECT name, value, TIMESTAMPDIFF(MICROSECOND, updated_at, UTC_TIMESTAMP(6)) / 1000000 AS age_seconds
     FROM openeg_service_state`,
  );
  return <Name extends StateName>(name: Name): Aged<z.output<(typeof schemas)[Name]>> | null => {
    const row = rows.find((each) => each.name === name);
    if (row === undefined) return null;
    const fact = schemas[name].parse(JSON.parse(row.value)) as z.output<(typeof schemas)[Name]>;
    return { ...fact, ageSeconds: Math.max(0, Number(row.age_seconds)) };
  };
}

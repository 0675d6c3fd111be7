import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openDatabase, type Database } from '../src/adapters/database/core/database';
import { migrate } from '../src/adapters/database/core/migrate';
import { recordLastTick, recordMonitorState } from '../src/adapters/database/operations/service-state';
import { eraseExpired } from '../src/adapters/database/people/erase-expired';
import { createMetrics, type Metrics } from '../src/adapters/metrics';
import { collectGauges } from '../src/monitoring/gauges';
import { fillAttendance, fillCohorts, fillReadings } from '../test/support/fill-tables';
import { CACHE_DIRECTORY } from '../tools/paths';
import { startDatabase } from '../tools/servers/start-database';
import type { Results } from './results';

/** A year of 10 million rows must lose 30 days within five minutes. The tables here are a tenth as large. */
const SHARE = 0.1;
const LIMIT_SECONDS = 300 * SHARE;
const ERASED_DAYS = 30;
const DAYS = 365;
const PLAN = { collectionTime: '02:00', dataTypes: ['vod'] } as const;

/** How long the retention takes on big tables, and whether every gauge is there at each scrape meanwhile. */
export async function retentionBench(results: Results): Promise<void> {
  await mkdir(CACHE_DIRECTORY, { recursive: true });
  const directory = await mkdtemp(join(CACHE_DIRECTORY, 'bench-'));
  const server = await startDatabase({ dataDirectory: join(directory, 'database') });
  try {
    await measure(results, server, 'period rows', async (database) => {
      const cohorts = Math.round(100 * SHARE);
      await fillCohorts(database, cohorts);
      for (let cohort = 0; cohort < cohorts; cohort += 1) await fillAttendance(database, cohort, DAYS, 35);
      return { table: 'openeg_vod_logs', rows: cohorts * DAYS * 35 * 8 };
    });
    await measure(results, server, 'readings', async (database) => {
      const cohorts = Math.round((5_000_000 * SHARE) / DAYS);
      await fillCohorts(database, cohorts);
      await fillReadings(database, cohorts, DAYS);
      return { table: 'openeg_dataset_readings', rows: cohorts * DAYS };
    });
  } finally {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

async function measure(
  results: Results,
  server: Awaited<ReturnType<typeof startDatabase>>,
  name: string,
  fill: (database: Database) => Promise<{ table: string; rows: number }>,
): Promise<void> {
  const { host, port, user, password } = server;
  const account = { host, port, user, password };
  const schema = `openeg_bench_${name.replace(' ', '_')}`;
  const administrator = openDatabase({ ...account, name: undefined, connectionLimit: 1 });
  await administrator.execute(`CREATE DATABASE ${schema} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  await administrator.close();
  const database = openDatabase({ ...account, name: schema, connectionLimit: 10, statementTimeoutMs: 300_000 });
  try {
    await migrate(database);
    await recordMonitorState(database, 'running');
    await recordLastTick(database, { intervalMs: 60_000, durationMs: 1, cohorts: 1, newInquiries: 0, failures: 0 });
    const { table, rows } = await fill(database);
    const metrics = createMetrics();
    await collectGauges(database, metrics, PLAN);
    const expected = await gaugesOf(metrics);

    const scrapes: number[] = [];
    let missing = 0;
    let isOver = false;
    const scraping = (async () => {
      while (!isOver) {
        const beganAt = performance.now();
        await collectGauges(database, metrics, PLAN);
        scrapes.push(performance.now() - beganAt);
        const present = await gaugesOf(metrics);
        missing += [...expected].filter((gauge) => !present.has(gauge)).length;
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    })();
    const beganAt = performance.now();
    const erased = await eraseExpired(database, DAYS - ERASED_DAYS - 1, () => {});
    const seconds = (performance.now() - beganAt) / 1000;
    isOver = true;
    await scraping;
    results.add({
      name: `retention of ${ERASED_DAYS} days of ${(rows / 1e6).toFixed(1)} million ${name}: of the time allowed`,
      value: seconds / LIMIT_SECONDS,
      limit: 1,
      unit: 'x',
      detail: `${erased[table]} rows in ${seconds.toFixed(1)} s; the slowest of ${scrapes.length} scrapes: ${Math.max(...scrapes).toFixed(0)} ms`,
    });
    results.add({ name: `gauges that were absent meanwhile, ${name}`, value: missing, limit: 0, unit: '', detail: '' });
  } finally {
    await database.close();
  }
}

/** The gauges that have a value. */
async function gaugesOf(metrics: Metrics): Promise<Set<string>> {
  const all = await metrics.registry.getMetricsAsJSON();
  return new Set(all.flatMap(({ name, values }) => values.map(({ labels }) => `${name} ${JSON.stringify(labels)}`)));
}

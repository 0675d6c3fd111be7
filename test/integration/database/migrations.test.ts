import { migrate } from '../../../src/adapters/database/core/migrate';
import { MIGRATIONS } from '../../../src/adapters/database/migrations';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { fillAttendance, fillCohorts } from '../../support/fill-tables';

/* Upgrades of a database that has rows already. */

let test: TestDatabase;
afterEach(() => test?.drop());

/** A database as the migrations before the named one left it. */
async function databaseBefore(name: string): Promise<void> {
  const migrations = MIGRATIONS.slice(
    0,
    MIGRATIONS.findIndex((each) => each.name === name),
  );
  test = await createTestDatabase(undefined, { migrations });
}

async function keyOf(table: string, key: string): Promise<string[]> {
  const rows = await test.database.query<{ name: string }>(
    `SELECT column_name AS name FROM information_schema.statistics
     WHERE table_schema = DATABASE() AND table_name = ? AND index_name = ? ORDER BY seq_in_index`,
    [table, key],
  );
  return rows.map(({ name }) => name);
}

const countRows = async () =>
  Number((await test.database.query<{ n: number }>('SELECT COUNT(*) AS n FROM openeg_vod_logs'))[0]!.n);

describe('0005-keys-for-years', () => {
  const NAME = '0005-keys-for-years';

  it('sorts attendance anew and bears repetition', async () => {
    await databaseBefore(NAME);
    await fillCohorts(test.database, 1);
    await fillAttendance(test.database, 0, 10, 10);
    await migrate(test.database);
    await test.database.execute('DELETE FROM openeg_migrations WHERE name = ?', [NAME]);
    expect(await migrate(test.database)).toEqual([NAME]);
    expect(await keyOf('openeg_vod_logs', 'PRIMARY')).toEqual(['sk_id', 'log_date', 'student_id', 'period']);
    expect(await keyOf('openeg_vod_logs', 'cohort_date')).toEqual([]);
    expect(await countRows()).toBe(800);
  });

  it('lets rows be written meanwhile', async () => {
    await databaseBefore(NAME);
    await fillCohorts(test.database, 2);
    await fillAttendance(test.database, 0, 30, 100);
    let isOver = false;
    const migrating = migrate(test.database).then(() => (isOver = true));
    let written = 0;
    for (; !isOver; written += 1) {
      await test.database.execute(
        `INSERT INTO openeg_vod_logs
           (sk_id, student_id, log_date, period, student_name, duration_seconds, watched_seconds, attended)
         VALUES ('SK0001', ?, '2025-01-20', 1, '학생', 0, 0, 0)`,
        [`S${written}`],
      );
    }
    await migrating;
    expect(written).toBeGreaterThan(1);
    expect(await countRows()).toBe(30 * 100 * 8 + written);
  });

  it('takes the begin of the checks for the import of cohorts that are there', async () => {
    await databaseBefore(NAME);
    await test.database.execute(
      "INSERT INTO openeg_gather_town_info (sk_id, cohort_name, login_id, login_secret) VALUES ('SK1', '기수', 'l', '')",
    );
    await test.database.execute(
      "INSERT INTO openeg_inquiry_checks (sk_id, begins_at) VALUES ('SK1', '2025-01-20 09:00:00')",
    );
    await migrate(test.database);
    const [cohort] = await test.database.query('SELECT imported_at FROM openeg_gather_town_info');
    expect(cohort).toEqual({ imported_at: new Date('2025-01-20T10:00:00Z') });
  });
});

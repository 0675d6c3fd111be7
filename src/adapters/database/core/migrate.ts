import { ServiceError } from '../../../domain/shared/service-error';
import { MIGRATIONS } from '../migrations';
import type { Migration } from '../migrations/migration';
import type { Database, Queryable } from './database';

const LOCK_NAME = 'openeg-migrate';
const LONGEST_WAIT_MS = 24 * 60 * 60_000;

/**
 * Brings the schema up to date and returns the names of the migrations that it applied (decision 0007). Of two processes
 * at once one waits for the other. No statement has a time limit, because a big table takes its time. MySQL commits each DDL
 * statement by itself, so every statement of a migration must bear being run again; a migration is recorded after its
 * last statement.
 * @param onWait is called once if another migration is running
 * @throws ServiceError DATABASE_REJECTED when a newer version has migrated the database, DATABASE_UNAVAILABLE
 */
export async function migrate(
  database: Database,
  { migrations = MIGRATIONS, onWait }: { migrations?: readonly Migration[]; onWait?: () => void } = {},
): Promise<string[]> {
  const withLock = (waitMs: number) =>
    database.withLock(LOCK_NAME, { waitMs, withoutTimeout: true }, (session) => applyMissing(session, migrations));
  const appliedAtOnce = await withLock(0);
  if (appliedAtOnce !== undefined) return appliedAtOnce;
  onWait?.();
  const applied = await withLock(LONGEST_WAIT_MS);
  if (applied !== undefined) return applied;
  throw new ServiceError(
    'DATABASE_UNAVAILABLE',
    'Another migration has been running for a day: look at it, then try again.',
  );
}

async function applyMissing(session: Queryable, migrations: readonly Migration[]): Promise<string[]> {
  await session.execute(
    `CREATE TABLE IF NOT EXISTS openeg_migrations (
      name VARCHAR(100) NOT NULL PRIMARY KEY,
      applied_at DATETIME(3) NOT NULL
    ) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  );
  const done = await appliedMigrations(session);
  const known = new Set(migrations.map(({ name }) => name));
  const unknown = [...done].filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new ServiceError(
      'DATABASE_REJECTED',
      `The database was migrated by a newer version (${unknown.join(', ')}): use that version or a later one.`,
    );
  }
  const missing = migrations.filter(({ name }) => !done.has(name));
  for (const { name, statements } of missing) {
    for (const statement of statements) {
      const { unless, sql } = typeof statement === 'string' ? { unless: undefined, sql: statement } : statement;
      if (unless === undefined || (await session.query(unless)).length === 0) await session.execute(sql);
    }
    await session.execute('INSERT INTO openeg_migrations (name, applied_at) VALUES (?, UTC_TIMESTAMP(3))', [name]);
  }
  return missing.map(({ name }) => name);
}

/**
 * The name of this version's newest migration, once the database has all of them.
 * @throws ServiceError DATABASE_UNAVAILABLE when the server can't be reached or "openeg migrate" has not run
 */
export async function schemaState(db: Queryable): Promise<string> {
  const applied = await appliedMigrations(db);
  const missing = MIGRATIONS.map(({ name }) => name).filter((name) => !applied.has(name));
  if (missing.length > 0) {
    throw new ServiceError('DATABASE_UNAVAILABLE', `The database lacks ${missing.join(', ')}: run "openeg migrate".`);
  }
  return MIGRATIONS.at(-1)?.name ?? 'empty';
}

async function appliedMigrations(db: Queryable): Promise<Set<string>> {
  const rows = await db.query<{ name: string }>('SELECT name FROM openeg_migrations');
  return new Set(rows.map(({ name }) => name));
}

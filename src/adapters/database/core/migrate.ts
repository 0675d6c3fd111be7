import { ServiceError } from '../../../domain/shared/service-error';
import type { Database } from './database';
import { MIGRATIONS, type Migration } from '../migrations';

const LOCK_NAME = 'openeg-migrate';
const LOCK_TIMEOUT_MS = 120_000;

/**
 * Brings the schema up to date and answers the names of the migrations that it applied. Two processes at once: one
 * waits for the other. MySQL commits each DDL statement by itself, so every statement of a migration must bear being
 * run again; a migration is recorded when its last statement is done.
 * @throws ServiceError DATABASE_REJECTED when the database was migrated by a newer version, DATABASE_UNAVAILABLE
 */
export async function migrate(database: Database, migrations: readonly Migration[] = MIGRATIONS): Promise<string[]> {
  const applied = await database.withLock(LOCK_NAME, LOCK_TIMEOUT_MS, async (session) => {
    await session.execute(
      `CREATE TABLE IF NOT EXISTS openeg_migrations (
        name VARCHAR(100) NOT NULL PRIMARY KEY,
        applied_at DATETIME(3) NOT NULL
      ) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
    );
    const done = new Set(
      (await session.query<{ name: string }>('SELECT name FROM openeg_migrations')).map((row) => row.name),
    );
    const known = new Set(migrations.map((migration) => migration.name));
    const unknown = [...done].filter((name) => !known.has(name));
    if (unknown.length > 0) {
      throw new ServiceError(
        'DATABASE_REJECTED',
        `The database was migrated by a newer version (${unknown.join(', ')}): use that version or a later one.`,
      );
    }
    const names: string[] = [];
    for (const migration of migrations.filter(({ name }) => !done.has(name))) {
      for (const statement of migration.statements) await session.execute(statement);
      await session.execute('INSERT INTO openeg_migrations (name, applied_at) VALUES (?, UTC_TIMESTAMP(3))', [
        migration.name,
      ]);
      names.push(migration.name);
    }
    return names;
  });
  if (applied === undefined) {
    throw new ServiceError(
      'DATABASE_UNAVAILABLE',
      'Another migration has been running for two minutes: look at it, then try again.',
    );
  }
  return applied;
}

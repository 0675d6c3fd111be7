import { ServiceError } from '../../../domain/shared/service-error';
import type { Queryable } from './database';
import { MIGRATIONS } from '../migrations';

/**
 * The newest migration of this version, when the database has it.
 * @throws ServiceError DATABASE_UNAVAILABLE when the server is away or "openeg migrate" has not run
 */
export async function schemaState(db: Queryable): Promise<string> {
  const rows = await db.query<{ name: string }>('SELECT name FROM openeg_migrations');
  const applied = new Set(rows.map((row) => row.name));
  const missing = MIGRATIONS.filter(({ name }) => !applied.has(name));
  if (missing.length > 0) {
    const names = missing.map(({ name }) => name).join(', ');
    throw new ServiceError('DATABASE_UNAVAILABLE', `The database lacks ${names}: run "openeg migrate".`);
  }
  return MIGRATIONS.at(-1)?.name ?? 'empty';
}

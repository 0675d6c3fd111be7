import { randomBytes } from 'node:crypto';
import { startDatabase, type PrivateDatabase } from '../../tools/servers/start-database';
import { openDatabase, type Database, type DatabaseOptions } from '../../src/adapters/database/core/database';
import { migrate } from '../../src/adapters/database/core/migrate';
import { MIGRATIONS } from '../../src/adapters/database/migrations';
import { sharedServer, temporaryDirectory } from './test-run';

export interface TestDatabase {
  database: Database;
  /** With these a second pool or another process opens the same schema. */
  options: DatabaseOptions & { name: string };
  /** Closes `database` and removes the schema. */
  drop(): Promise<void>;
}

/** A new, migrated schema, on the shared server or on the given one. */
export async function createTestDatabase(
  server?: Pick<PrivateDatabase, 'host' | 'port' | 'user' | 'password'>,
  { migrations = MIGRATIONS } = {},
): Promise<TestDatabase> {
  const { host, port, user, password } = server ?? (await sharedServer('database'));
  const name = `openeg_test_${randomBytes(6).toString('hex')}`;
  const options = { host, port, user, password, name, connectionLimit: 10 };
  await asAdministrator(options, `CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  const database = openDatabase(options);
  await migrate(database, { migrations });
  return {
    database,
    options,
    async drop() {
      await database.close();
      await asAdministrator(options, `DROP DATABASE IF EXISTS ${name}`);
    },
  };
}

/** A database server that this test may kill, stop and restart. End it in `afterAll`. */
export function startOwnDatabaseServer(): Promise<PrivateDatabase> {
  return startDatabase({ dataDirectory: temporaryDirectory('database') });
}

async function asAdministrator(options: DatabaseOptions, statement: string): Promise<void> {
  const server = openDatabase({ ...options, name: undefined, connectionLimit: 1 });
  try {
    await server.execute(statement);
  } finally {
    await server.close();
  }
}

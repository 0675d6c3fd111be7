import { Connection } from '@temporalio/client';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createTestDatabase, startOwnDatabaseServer, type TestDatabase } from '../../support/database';
import { startOwnTemporalServer, temporalAddress, timeSkippingEnvironment } from '../../support/temporal';
import { temporaryDirectory } from '../../support/test-run';
import { waitUntil } from '../../support/wait-until';

/** A server that has just been started listens before it answers. */
const connect = (address: string) =>
  waitUntil(() => Connection.connect({ address }), { deadlineMs: 60_000, what: `Temporal at ${address}` });

describe('the database that test files share', () => {
  const made: TestDatabase[] = [];
  afterAll(async () => {
    for (const each of made) await each.drop();
  });

  test('gives each a schema of its own', async () => {
    const [first, second] = [await createTestDatabase(), await createTestDatabase()];
    made.push(first, second);
    const count = (each: TestDatabase) =>
      each.database.query<{ name: string }>('SELECT name FROM openeg_migrations').then((rows) => rows.length);

    await first.database.execute('DELETE FROM openeg_migrations');

    expect(await count(first)).toBe(0);
    expect(await count(second)).toBeGreaterThan(0);
  });
});

test('an own database server keeps its data over a kill', async () => {
  const server = await startOwnDatabaseServer();
  try {
    const { database, drop } = await createTestDatabase(server);
    await database.execute('CREATE TABLE kept (id INT PRIMARY KEY)');
    await database.execute('INSERT INTO kept (id) VALUES (1)');

    await server.kill();
    await expect(database.query('SELECT id FROM kept')).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    await server.restart();

    expect(await database.query('SELECT id FROM kept')).toEqual([{ id: 1 }]);
    await drop();
  } finally {
    await server.stop();
  }
});

test('database servers keep their temporary tables apart', async () => {
  const server = await startOwnDatabaseServer();
  const databases: TestDatabase[] = [];
  try {
    databases.push(await createTestDatabase(), await createTestDatabase(server));
    const directories = await Promise.all(
      databases.map(({ database }) => database.query<{ name: string }>('SELECT @@tmpdir AS name')),
    );
    const names = directories.map(([row]) => row!.name);
    expect(new Set(names).size).toBe(2);
    expect(names).not.toContain(tmpdir());
    await Promise.all(databases.map(({ drop }) => drop()));
  } finally {
    await server.stop();
  }
});

test('an own Temporal server comes back at its address', async () => {
  const server = await startOwnTemporalServer();
  try {
    await server.kill();
    await expect(Connection.connect({ address: server.address, connectTimeout: 200 })).rejects.toThrow();
    await server.restart();

    const connection = await connect(server.address);
    expect((await connection.workflowService.getSystemInfo({})).serverVersion).toMatch(/^1\./);
    await connection.close();
  } finally {
    await server.stop();
  }
});

test('the Temporal server that test files share answers', async () => {
  const connection = await connect(await temporalAddress());
  expect((await connection.workflowService.getSystemInfo({})).serverVersion).toMatch(/^1\./);
  await connection.close();
});

test('time skips', async () => {
  const environment = await timeSkippingEnvironment();
  try {
    const before = await environment.currentTimeMs();
    await environment.sleep('10 days');
    expect((await environment.currentTimeMs()) - before).toBeGreaterThanOrEqual(10 * 86_400_000);
  } finally {
    await environment.teardown();
  }
});

test('directories differ and exist', () => {
  const directories = [temporaryDirectory('same'), temporaryDirectory('same')];
  expect(new Set(directories).size).toBe(2);
  expect(directories.every((directory) => existsSync(directory))).toBe(true);
});

describe('waitUntil', () => {
  test('answers what the condition answered at last', async () => {
    const answers = [undefined, 0, 'there'];
    expect(await waitUntil(() => answers.shift(), { deadlineMs: 60_000, what: 'the third answer' })).toBe('there');
  });

  test('names what it waited for and the last error', async () => {
    const failing = waitUntil(() => Promise.reject(new Error('refused')), { deadlineMs: 0, what: 'an answer' });
    await expect(failing).rejects.toMatchObject({
      message: expect.stringContaining('an answer') as string,
      cause: expect.objectContaining({ message: 'refused' }) as Error,
    });
  });
});

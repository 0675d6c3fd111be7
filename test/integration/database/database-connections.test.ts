import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { openDatabase, type Database } from '../../../src/adapters/database/core/database';
import { migrate } from '../../../src/adapters/database/core/migrate';
import { createTestDatabase, startOwnDatabaseServer, type TestDatabase } from '../../support/database';
import { waitUntil } from '../../support/wait-until';

let test: TestDatabase;
const opened: Database[] = [];

beforeAll(async () => {
  test = await createTestDatabase();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all(opened.splice(0).map((database) => database.close()));
});
afterAll(() => test?.drop());

function open(options: Partial<Parameters<typeof openDatabase>[0]> = {}): Database {
  const database = openDatabase({ ...test.options, connectionLimit: 1, ...options });
  opened.push(database);
  return database;
}

async function connectionId(database: Database): Promise<number> {
  const [row] = await database.query<{ id: number }>('SELECT CONNECTION_ID() AS id');
  return row!.id;
}

describe('generation', () => {
  it('stays while connections work', async () => {
    const database = open({ connectionLimit: 3 });
    await Promise.all([connectionId(database), connectionId(database), connectionId(database)]);
    await expect(database.execute('INSERT INTO openeg_gather_town_info (no_such) VALUES (1)')).rejects.toThrow();
    expect(database.generation()).toBe(0);
  });

  it('increases when an idle connection broke', async () => {
    const database = open();
    const id = await connectionId(database);
    await test.database.execute(`KILL ${id}`);
    await waitUntil(() => database.generation() > 0, { deadlineMs: 60_000, what: 'the next generation' });
    expect(await connectionId(database)).not.toBe(id);
  });

  it('increases when a statement lost its connection', async () => {
    const database = open();
    await database.query('SELECT 1');
    const asleep = database.query('SELECT SLEEP(0.2), CONNECTION_ID() AS id');
    const [row] = await waitForSleeper();
    await test.database.execute(`KILL ${row!.id}`);
    await asleep;
    expect(database.generation()).toBeGreaterThan(0);
  });

  async function waitForSleeper() {
    const read = () =>
      test.database.query<{ id: number }>(
        `SELECT id FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP%' AND db = '${test.options.name}'`,
      );
    let rows = await read();
    await waitUntil(async () => (rows = await read()).length > 0, { deadlineMs: 60_000, what: 'the statement' });
    return rows;
  }

  it('increases when the host name leads to another server, though no connection broke', async () => {
    const other = await startOwnDatabaseServer();
    let target = test.options.port;
    const proxy = createServer((client) => {
      const server = connect(target, test.options.host);
      client.pipe(server).pipe(client);
      for (const socket of [client, server]) socket.on('error', () => socket.destroy());
    });
    await once(proxy.listen(0, '127.0.0.1'), 'listening');
    const account = { user: 'failover', password: 'only-in-this-test' };
    const servers = [test, await createTestDatabase(other)];
    for (const server of servers) {
      await server.database.execute(`CREATE USER ${account.user} IDENTIFIED BY '${account.password}'`);
    }
    const { port } = proxy.address() as AddressInfo;
    const database = openDatabase({ ...account, host: '127.0.0.1', port, name: undefined, connectionLimit: 2 });
    try {
      const first = database.withLock('one', { waitMs: 0 }, async () => {
        target = other.port;
        await connectionId(database);
        return database.generation();
      });
      expect(await first).toBe(1);
      await connectionId(database);
      expect(database.generation()).toBe(1);
    } finally {
      await database.close();
      proxy.close();
      await test.database.execute(`DROP USER ${account.user}`);
      await servers[1]!.drop();
      await other.stop();
    }
  });

  it('counts a server that cannot be reached', async () => {
    const database = open({ port: 1 });
    await expect(database.query('SELECT 1')).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    expect(database.generation()).toBeGreaterThan(0);
  });
});

it('uses no connection that is older than 30 minutes, because its host name may lead elsewhere now', async () => {
  const database = open();
  const id = await connectionId(database);
  expect(await connectionId(database)).toBe(id);
  const now = performance.now.bind(performance);
  jest.spyOn(performance, 'now').mockImplementation(() => now() + 30 * 60_000 + 1);
  expect(await connectionId(database)).not.toBe(id);
  expect(database.generation()).toBe(0);
});

describe('a named lock', () => {
  it('belongs to its schema, also where the names are long', async () => {
    const other = await createTestDatabase();
    const name = 'a-name-that-with-any-schema-is-longer-than-64-characters-together';
    const isFree = (database: Database) => database.withLock(name, { waitMs: 0 }, () => Promise.resolve(true));
    try {
      const result = await test.database.withLock(name, { waitMs: 0 }, async () => ({
        sameSchema: await isFree(open()),
        otherSchema: await isFree(other.database),
      }));
      expect(result).toEqual({ sameSchema: undefined, otherSchema: true });
    } finally {
      await other.drop();
    }
  });
});

describe('migrate', () => {
  it('waits for another migration and says so once', async () => {
    let end!: () => void;
    const ended = new Promise<void>((resolve) => (end = resolve));
    let isLocked!: () => void;
    const locked = new Promise<void>((resolve) => (isLocked = resolve));
    const first = test.database.withLock('openeg-migrate', { waitMs: 0 }, () => {
      isLocked();
      return ended;
    });
    await locked;
    const onWait = jest.fn(end);
    expect(await migrate(open(), { onWait })).toEqual([]);
    expect(onWait).toHaveBeenCalledTimes(1);
    await first;
  });

  it('gives a statement as long as it needs', async () => {
    const database = open({ statementTimeoutMs: 100 });
    await expect(database.query('SELECT SLEEP(1)')).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    const own = await createTestDatabase();
    try {
      const slow = open({ name: own.options.name, statementTimeoutMs: 100 });
      await own.database.execute('DELETE FROM openeg_migrations');
      const migrations = [{ name: 'slow', statements: ['DO SLEEP(1)'] }];
      expect(await migrate(slow, { migrations })).toEqual(['slow']);
    } finally {
      await own.drop();
    }
  });
});

describe('a refused statement', () => {
  const tooLong = 'x'.repeat(500);
  const message = (names: string) =>
    expect.objectContaining({
      code: 'DATABASE_REJECTED',
      message: `The database refused ${names} (ER_DATA_TOO_LONG).`,
    }) as Error;

  it('is named without its data', async () => {
    const insertion = test.database.execute('INSERT INTO openeg_progress_members (member_no) VALUES (?)', [tooLong]);
    await expect(insertion).rejects.toEqual(message('INSERT openeg_progress_members'));
  });

  it('is named with the others of its packet', async () => {
    const write = [
      { sql: 'UPDATE openeg_tasks SET title = ? WHERE sk_id = ?', parameters: ['openeg_secret', 'SK1'] },
      { sql: 'INSERT INTO openeg_progress_members (member_no) VALUES (?)', parameters: [tooLong] },
    ];
    const transaction = test.database.readThenWrite([], () => ({ write, result: null }));
    await expect(transaction).rejects.toEqual(message('UPDATE openeg_tasks, INSERT openeg_progress_members'));
  });
});

import { openDatabase, type Database } from '../../../src/adapters/database/core/database';
import { createTestDatabase, startOwnDatabaseServer, type TestDatabase } from '../../support/database';
import { saveOf, startTestServer, tokenFor, type TestServer } from '../../support/http-server';

/* A server that takes no writes for a while: a replica is being promoted, or an operator has set read_only. */

const USER = 'no_super';
const PASSWORD = 'only-in-this-test';

let databaseServer: Awaited<ReturnType<typeof startOwnDatabaseServer>>;
/** Connected as a user whom read_only does not restrict. */
let administration: TestDatabase;
/** Connected like the service. */
let database: Database;
let server: TestServer;

beforeAll(async () => {
  databaseServer = await startOwnDatabaseServer();
  administration = await createTestDatabase(databaseServer);
  const { name } = administration.options;
  await administration.database.execute(`CREATE USER ${USER} IDENTIFIED BY '${PASSWORD}'`);
  await administration.database.execute(`GRANT ALL PRIVILEGES ON ${name}.* TO ${USER}`);
  const options = { ...administration.options, user: USER, password: PASSWORD };
  database = openDatabase(options);
  server = await startTestServer({
    test: {
      database,
      options,
      async drop() {
        await database.close();
        await administration.drop();
      },
    },
  });
});
afterEach(() => setReadOnly(0));
afterAll(() => server?.close().finally(() => databaseServer.stop()));

const setReadOnly = (value: 0 | 1) => administration.database.execute(`SET GLOBAL read_only = ${value}`);
const insertMember = (memberNo: string) =>
  database.execute('INSERT INTO openeg_progress_members (member_no) VALUES (?)', [memberNo]);

it('fails a write with a retryable error that says what to do', async () => {
  await setReadOnly(1);
  await expect(insertMember('M1')).rejects.toMatchObject({
    code: 'DATABASE_UNAVAILABLE',
    retryable: true,
    message: expect.stringMatching(/takes no writes \(ER_\w+\): end its read-only mode/) as unknown,
  });
  expect(await database.query('SELECT member_no FROM openeg_progress_members')).toEqual([]);
});

it('repeats a transaction on another connection, which may lead to the new primary', async () => {
  const connections: number[] = [];
  await database.transaction(async (transaction) => {
    await setReadOnly(connections.length === 0 ? 1 : 0);
    const [row] = await transaction.query<{ id: number }>('SELECT CONNECTION_ID() AS id');
    connections.push(row!.id);
    await transaction.execute("INSERT INTO openeg_progress_members (member_no) VALUES ('M2')");
  });
  expect(connections).toHaveLength(2);
  expect(connections[0]).not.toBe(connections[1]);
});

it('answers a save with 503, so that the page sends it again and it counts', async () => {
  const lesson = { projectNo: 'SK001', eduNo: 'E1', chasiNo: 'L1', memberNo: 'M3' };
  const body = saveOf(lesson, 1_200_000, [[0, 60_000]]);
  const post = () => server.post('/api/progress', body, tokenFor(lesson.memberNo));
  await setReadOnly(1);
  const refused = await post();
  expect(refused).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  await setReadOnly(0);
  expect(await post()).toMatchObject({ status: 200, body: { completionVideoTime: 60_000 } });
});

import type { Statement } from '../../../src/adapters/database/core/database';
import { createTestDatabase, type TestDatabase } from '../../support/database';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
  await test.database.execute(
    'CREATE TABLE packets (id INT PRIMARY KEY, text LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin)',
  );
});
afterAll(() => test?.drop());
beforeEach(() => test.database.execute('DELETE FROM packets'));

/** Together longer than one packet, with all characters that have a meaning in SQL. */
const TEXTS = Array.from(
  { length: 12 },
  (_, index) => `${index}; ? \\ ' " -- /* 가😀 \0${"; DROP TABLE packets; '".repeat(2_000)}`,
);

const insert = (id: number, text: string): Statement => ({
  sql: 'INSERT INTO packets (id, text) VALUES ?',
  parameters: [[[id, text]]],
});
const write = (statements: Statement[]) =>
  test.database.readThenWrite([{ sql: 'SELECT 1 AS one', parameters: [] }], ([rows]) => ({
    write: statements,
    result: rows,
  }));

it('writes several packets in one transaction, with every character unchanged', async () => {
  expect(await write(TEXTS.map((text, id) => insert(id, text)))).toEqual([{ one: 1 }]);
  const rows = await test.database.query<{ text: string }>('SELECT text FROM packets ORDER BY id');
  expect(rows.map(({ text }) => text)).toEqual(TEXTS);
});

it('writes nothing when the last packet of a transaction fails', async () => {
  const statements = TEXTS.map((text, id) => insert(id, text));
  await expect(write([...statements, insert(0, 'once more')])).rejects.toMatchObject({ code: 'DATABASE_REJECTED' });
  expect(await test.database.query('SELECT id FROM packets')).toEqual([]);
});

import { closeIncident, listOpenIncidents, openIncident } from '../../../src/adapters/database/operations/incidents';
import { dateIncident, NIGHT_MISSING, STATISTICS } from '../../../src/domain/operations/incident';
import type { LearningDate } from '../../../src/domain/shared/learning-date';
import { openDatabase } from '../../../src/adapters/database/core/database';
import { createTestDatabase, type TestDatabase } from '../../support/database';

let test: TestDatabase;
beforeEach(async () => {
  test = await createTestDatabase();
});
afterEach(() => test.drop());

const told = async () => {
  const rows = await test.database.query<{ kind: string; content: string; thread_key: string; request_id: string }>(
    'SELECT kind, content, thread_key, request_id FROM openeg_chat_outbox ORDER BY id',
  );
  return rows.map((row) => ({ ...row, text: (JSON.parse(row.content) as { rich: { text: string } }).rich.text }));
};

describe('incidents', () => {
  it('send one message at the start and one at the end, in one thread', async () => {
    const summary = '기수 하나가 실패합니다.\n비밀번호를 확인하세요.';
    expect(await openIncident(test.database, { key: 'cohort-failing/SK001', summary })).toBe(true);
    expect(await openIncident(test.database, { key: 'cohort-failing/SK001', summary })).toBe(false);
    expect(await listOpenIncidents(test.database)).toMatchObject([{ key: 'cohort-failing/SK001', summary }]);
    expect(await closeIncident(test.database, { key: 'cohort-failing/SK001' })).toBe(true);
    expect(await closeIncident(test.database, { key: 'cohort-failing/SK001' })).toBe(false);

    const messages = await told();
    expect(messages.map(({ kind }) => kind)).toEqual(['operations', 'operations']);
    expect(messages[0]?.text).toBe(`🚨 ${summary}`);
    expect(messages[1]?.text).toBe('✅ 해결됨 (1분): 기수 하나가 실패합니다.');
    expect(messages[0]?.thread_key).toBe(messages[1]?.thread_key);
    expect(messages[0]?.request_id).not.toBe(messages[1]?.request_id);
    expect(await listOpenIncidents(test.database)).toEqual([]);
  });

  it('can begin again after they ended, and are listed by kind', async () => {
    for (const key of ['night-missing/2025-01-19', 'night-missing/2025-01-20', 'monitor-silent']) {
      await openIncident(test.database, { key, summary: key });
    }
    await closeIncident(test.database, { key: 'monitor-silent' });
    expect(await openIncident(test.database, { key: 'monitor-silent', summary: 'again' })).toBe(true);
    const nights = await listOpenIncidents(test.database, 'night-missing/');
    expect(nights.map(({ key }) => key)).toEqual(['night-missing/2025-01-19', 'night-missing/2025-01-20']);
  });

  it('of one collection date share a thread', async () => {
    const date = '2025-01-20' as LearningDate;
    const next = '2025-01-21' as LearningDate;
    const night = dateIncident(NIGHT_MISSING, date);
    await openIncident(test.database, { ...night, summary: 'missing' });
    await openIncident(test.database, { ...dateIncident(STATISTICS, date), summary: 'not told' });
    await closeIncident(test.database, night);
    await openIncident(test.database, { ...night, summary: 'missing again' });
    await openIncident(test.database, { ...dateIncident(STATISTICS, next), summary: 'not told' });
    await openIncident(test.database, { key: 'monitor-silent', summary: 'no tick' });
    const threads = (await told()).map((message) => message.thread_key);
    expect(threads.slice(0, 5)).toEqual([...Array<string>(4).fill('collection-2025-01-20'), 'collection-2025-01-21']);
    expect(threads[5]).not.toMatch(/^collection-/);
  });

  it('send each message once when two processes find the start and the end at the same moment', async () => {
    const other = openDatabase(test.options);
    try {
      const both = [test.database, other, test.database, other];
      const opened = await Promise.all(
        both.map((database) => openIncident(database, { key: 'monitor-silent', summary: 'no tick' })),
      );
      expect(opened.filter(Boolean)).toHaveLength(1);
      const closed = await Promise.all(both.map((database) => closeIncident(database, { key: 'monitor-silent' })));
      expect(closed.filter(Boolean)).toHaveLength(1);
      expect(await told()).toHaveLength(2);
    } finally {
      await other.close();
    }
  });
});

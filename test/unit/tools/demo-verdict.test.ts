import { checkAlerts } from '../../../tools/demo/check-alerts';
import { compareTables } from '../../../tools/demo/compare-tables';
import { describeOnce } from '../../../tools/demo/describe-once';
import type { SimulatorProcess } from '../../../tools/simulator-process';

describe('describeOnce', () => {
  const right = {
    date: '2025-01-20',
    alerts: { asked: 12, created: 12, doubled: 0, dropped: 1 },
    tables: [{ table: 'openeg_tasks', expected: 5, stored: 5, different: 0 }],
    collectionFailure: undefined,
    isTriggerSent: true,
    collection: { requests: 100, peakInFlight: 15, wallMs: 500, leastMs: 133 },
    isLimitKept: true,
  };
  type Result = typeof right;

  test('passes when all is right', () => {
    expect(describeOnce(right).isRight).toBe(true);
  });

  test.each<{ wrong: string; result: Partial<Result> | { collectionFailure: string } }>([
    { wrong: 'an alert is missing', result: { alerts: { ...right.alerts, created: 11 } } },
    { wrong: 'no question was asked', result: { alerts: { asked: 0, created: 0, doubled: 0, dropped: 0 } } },
    { wrong: 'an alert was posted twice', result: { alerts: { ...right.alerts, doubled: 1 } } },
    { wrong: 'a row is missing', result: { tables: [{ table: 't', expected: 5, stored: 4, different: 1 }] } },
    { wrong: 'a column differs', result: { tables: [{ table: 't', expected: 5, stored: 5, different: 1 }] } },
    { wrong: 'nothing was expected', result: { tables: [{ table: 't', expected: 0, stored: 0, different: 0 }] } },
    { wrong: 'the statistics trigger was not sent', result: { isTriggerSent: false } },
    { wrong: 'too many requests were in flight', result: { isLimitKept: false } },
    { wrong: 'the collection failed', result: { collectionFailure: 'SK001 vod: …' } },
  ])('fails when $wrong', ({ result }) => {
    expect(describeOnce({ ...right, ...result }).isRight).toBe(false);
  });
});

describe('checkAlerts', () => {
  /** SHA-256 of "SK001\nq1". */
  const key = 'c193d1e8e2a5e72ee7a51598b5f2839cdc9c7f1fddb94c2d119612d85f1c7361';
  const check = (messages: { space: string; requestId: string }[]) =>
    checkAlerts({
      cohorts: async () => [{ skId: 'SK001', cohortName: '', space: 'one' }],
      inquiries: async () => [{ skId: 'SK001', inquiry: { entryId: 'q1', title: '' }, visibleAtMs: 0 }],
      chatMessages: async () => messages.map((message, number) => ({ ...message, number, shown: [], createdAtMs: 0 })),
      state: async () => ({ chat: { duplicates: 3, offences: [] }, lms: {} }),
    } as unknown as SimulatorProcess);
  const first = { space: 'one', requestId: key };

  test.each([
    { messages: [], created: 0, doubled: 0 },
    { messages: [first], created: 1, doubled: 0 },
    { messages: [first, { space: 'one', requestId: 'another key' }], created: 1, doubled: 1 },
    { messages: [{ space: 'operators', requestId: key }], created: 0, doubled: 0 },
  ])('$messages.length messages: $created created, $doubled doubled', async ({ messages, created, doubled }) => {
    expect(await check(messages)).toEqual({ asked: 1, created, doubled, dropped: 3 });
  });
});

describe('compareTables', () => {
  const at = '2025-01-20T00:00:00.000Z';
  const expected = [
    { sk_id: 'SK001', task_id: 'a', title: 'A', due_at: at },
    { sk_id: 'SK001', task_id: 'b', title: 'B', due_at: null },
  ];
  const same = [
    { sk_id: 'SK001', task_id: 'b', title: 'B', due_at: null, further: 1 },
    { sk_id: 'SK001', task_id: 'a', title: 'A', due_at: new Date(at), further: 1 },
  ];

  test.each([
    { stored: 'the same', rows: same, different: 0 },
    { stored: 'one less', rows: same.slice(1), different: 1 },
    { stored: 'one more', rows: [...same, { ...same[0], task_id: 'c' }], different: 1 },
    { stored: 'another title', rows: [same[0], { ...same[1], title: 'a' }], different: 1 },
    { stored: 'another instant', rows: [same[0], { ...same[1], due_at: new Date(0) }], different: 1 },
  ])('stored $stored: $different different', async ({ rows, different }) => {
    const connection = { query: async () => rows };
    const simulator = {
      cohorts: async () => [{ skId: 'SK001' }],
      expected: async () => ({ tables: { openeg_tasks: expected }, keys: { openeg_tasks: ['sk_id', 'task_id'] } }),
    };
    expect(await compareTables(connection as never, simulator as never, '2025-01-20')).toEqual([
      { table: 'openeg_tasks', expected: 2, stored: rows.length, different },
    ]);
  });
});

import { learningDateSchema } from '../../../src/domain/shared/learning-date';
import { RerunQueue, type RerunQueueState } from '../../../src/workflows/collection/rerun-queue';

const NOW = new Date('2025-03-01T03:00:00Z');
const outcome = { stored: 4, failed: 0 };

function open(handedOn?: RerunQueueState): RerunQueue {
  return new RerunQueue('abc', handedOn);
}

function ids(runs: readonly { workflowId: string }[]): string[] {
  return runs.map(({ workflowId }) => workflowId);
}

describe('issueOf', () => {
  it.each([
    { request: { date: '2025-01-20' }, issue: undefined },
    { request: { date: '2025-01-20', to: '2025-01-20', skIds: ['SK1'], dataTypes: ['vod'] }, issue: undefined },
    { request: { date: '2025-03-01' }, issue: undefined },
    { request: { date: '2025-03-02' }, issue: 'date: must not be after today in Seoul, 2025-03-01' },
    { request: { date: '2025-01-20', to: '2025-01-19' }, issue: 'to: must not be before date' },
    { request: { date: '2024-02-28', to: '2025-02-28' }, issue: /^to: must be at most 366 dates/ },
    { request: { date: '2024-02-29', to: '2025-02-28' }, issue: undefined },
    { request: {}, issue: /^date: / },
    { request: { date: '2025-02-30' }, issue: 'date: must be a date that exists' },
    { request: { date: '2025-01-20', skIds: [] }, issue: 'skIds: must name at least one cohort' },
    { request: { date: '2025-01-20', dataTypes: ['video'] }, issue: /^dataTypes.0: / },
    { request: { date: '2025-01-20', skids: ['SK1'] }, issue: /skids/ },
    { request: 'date', issue: /^the request: / },
    { request: 20250120, issue: /^the request: / },
    { request: null, issue: /^the request: / },
    { request: undefined, issue: /^the request: / },
    { request: ['2025-01-20'], issue: /^the request: / },
    { request: new Uint8Array(100_000), issue: /^.{0,300}$/ },
  ])('of $request is $issue', ({ request, issue }) => {
    if (issue instanceof RegExp) expect(open().issueOf(request, NOW)).toMatch(issue);
    else expect(open().issueOf(request, NOW)).toBe(issue);
  });

  it('names no value', () => {
    const secret = 'hunter2';
    const issue = open().issueOf({ date: secret, skIds: [secret + ' /'], dataTypes: [secret] }, NOW);
    expect(issue).toContain('dataTypes');
    expect(issue).not.toContain(secret);
  });

  it('refuses more than can be handed on', () => {
    const queue = open();
    for (let taken = 0; taken < 13; taken += 1) {
      const request = { date: '2024-01-01', to: '2024-12-30', skIds: [`SK${taken}`] };
      expect(queue.issueOf(request, NOW)).toBeUndefined();
      queue.accept(request);
    }
    expect(queue.issueOf({ date: '2024-01-01', to: '2024-12-30' }, NOW)).toMatch(/^too much waits already/);
    expect(queue.issueOf({ date: '2024-01-01' }, NOW)).toBeUndefined();
  });
});

it('runs requests side by side, and a range as one', () => {
  const queue = open();
  expect(queue.accept({ date: '2025-01-20', to: '2025-01-22' }).runs).toEqual([
    { date: '2025-01-20', to: '2025-01-22', workflowId: 'collection-rerun/2025-01-20/abc-1' },
  ]);
  queue.accept({ date: '2025-02-01' });

  const [first, other] = [queue.take()!, queue.take()!];
  expect([first.workflowId, other.workflowId]).toEqual([
    'collection-rerun/2025-01-20/abc-1',
    'collection-rerun/2025-02-01/abc-2',
  ]);
  expect(queue.hasTurn).toBe(false);
  expect(queue.take()).toBeUndefined();
  expect(ids(queue.status().running)).toEqual([first.workflowId, other.workflowId]);
  expect(queue.status().waiting).toEqual([]);

  queue.finish(first, { ...outcome, collectedTo: learningDateSchema.parse('2025-01-22') }, NOW);
  queue.finish(other, outcome, NOW);
  expect(queue.hasTurn).toBe(false);
  const ended = { ...outcome, endedAt: NOW.toISOString() };
  expect(queue.status().finished).toEqual([
    { date: '2025-01-20', to: '2025-01-22', workflowId: first.workflowId, ...ended },
    { date: '2025-02-01', workflowId: other.workflowId, ...ended },
  ]);
});

it('goes on with the next date of a range after a run that collected one date', () => {
  const queue = open();
  queue.accept({ date: '2025-01-20', to: '2025-01-21' });
  queue.finish(queue.take()!, outcome, NOW);
  expect(queue.status().waiting).toEqual([{ date: '2025-01-21', workflowId: 'collection-rerun/2025-01-21/abc-1' }]);
});

it('says what waits as it was requested, without what runs now', () => {
  const queue = open();
  queue.accept({ date: '2025-02-01' });
  queue.take();
  queue.accept({ date: '2025-01-20', to: '2025-01-22', skIds: ['SK001'] });
  expect(queue.status().waiting).toMatchObject([{ date: '2025-01-20', to: '2025-01-22', skIds: ['SK001'] }]);
});

it('merges a request that waits already, whatever the order of its names, and not one that began', () => {
  const queue = open();
  const request = { date: '2025-01-20', skIds: ['SK2', 'SK1'], dataTypes: ['task', 'vod'] };
  const ticket = queue.accept(request);
  expect(queue.accept({ skIds: ['SK1', 'SK2', 'SK1'], dataTypes: ['vod', 'task'], date: '2025-01-20' })).toEqual(
    ticket,
  );
  expect(queue.accept({ date: '2025-01-20' })).not.toEqual(ticket);
  queue.take();
  expect(queue.accept(request)).not.toEqual(ticket);
});

it('goes on where it was handed on, as JSON', () => {
  const queue = open();
  queue.accept({ date: '2025-01-20', to: '2025-01-21' });
  queue.accept({ date: '2025-02-01' });
  queue.reject('date: is wrong', NOW);
  const turn = queue.take()!;
  turn.queued.requestedAt = '2025-03-01T03:00:00.000Z';
  queue.finish(turn, outcome, NOW);

  const next = open(JSON.parse(JSON.stringify(queue.handOn())) as RerunQueueState);
  expect(next.status()).toEqual(queue.status());
  expect(ids(next.accept({ date: '2025-02-01' }).runs)).toEqual(['collection-rerun/2025-02-01/abc-2']);
  expect(ids(next.accept({ date: '2025-02-02' }).runs)).toEqual(['collection-rerun/2025-02-02/abc-3']);
  const again = next.take()!;
  expect(again).toMatchObject({ workflowId: 'collection-rerun/2025-01-21/abc-1' });
  expect(again.queued.requestedAt).toBe('2025-03-01T03:00:00.000Z');
});

it('remembers the last twenty of what ended and of what was rejected', () => {
  const queue = open();
  for (let day = 1; day <= 25; day += 1) {
    queue.accept({ date: `2025-01-${String(day).padStart(2, '0')}` });
    queue.finish(queue.take()!, outcome, NOW);
    queue.reject(`reason ${day}`, NOW);
  }
  const { finished, rejected } = queue.status();
  expect(finished.map(({ date }) => date)).toEqual(
    Array.from({ length: 20 }, (_, index) => `2025-01-${String(index + 6).padStart(2, '0')}`),
  );
  expect(rejected).toHaveLength(20);
  expect(rejected.at(-1)!.reason).toBe('reason 25');
});

import { createCallLoop, type CallLoop } from '../../../web/tracker/api/call-loop';
import type { Outcome } from '../../../web/tracker/api/progress-api';

const DELAYS_MS = [500, 1_000, 2_000, 4_000];

describe('A call loop', () => {
  let outcomes: Outcome<string>[];
  let due: string[];
  let sent: { call: string; atMs: number }[];
  let events: unknown[];
  let loop: CallLoop;

  beforeEach(() => {
    jest.useFakeTimers();
    [outcomes, due, sent, events] = [[], [], [], []];
    loop = createCallLoop<string, string>({
      next: () => due[0],
      async send(call) {
        sent.push({ call, atMs: Date.now() });
        return outcomes.shift() ?? { kind: 'answered', answer: 'yes' };
      },
      onAnswer: (call) => {
        due.shift();
        events.push(`answered ${call}`);
      },
      onRefusal: (call, { status }) => {
        due.shift();
        events.push(`refused ${call} ${status}`);
      },
      onTrouble: (trouble) => events.push(trouble),
      retryDelaysMs: DELAYS_MS,
    });
  });
  afterEach(() => {
    loop.stop();
    jest.useRealTimers();
  });

  const unavailable = (retryAfterMs = 0): Outcome<string> => ({ kind: 'unavailable', retryAfterMs });
  const waits = (): number[] => sent.slice(1).map(({ atMs }, index) => atMs - sent[index]!.atMs);

  test('sends one call after the other, in order', async () => {
    due = ['a', 'b', 'c'];
    loop.run();
    loop.run();
    await jest.runAllTimersAsync();
    expect(sent.map(({ call }) => call)).toEqual(['a', 'b', 'c']);
  });

  test('tries a call five times with growing waits, then announces trouble, and tries on until an answer', async () => {
    due = ['a'];
    outcomes = Array.from({ length: 7 }, () => unavailable());
    loop.run();
    await jest.advanceTimersByTimeAsync(DELAYS_MS.reduce((sum, delay) => sum + delay * 1.2, 0));
    expect(sent).toHaveLength(5);
    expect(events).toEqual(['unavailable']);
    waits().forEach((wait, index) => {
      expect(wait).toBeGreaterThanOrEqual(DELAYS_MS[index]! * 0.8 - 1);
      expect(wait).toBeLessThanOrEqual(DELAYS_MS[index]! * 1.2 + 1);
    });
    await jest.runAllTimersAsync();
    expect(sent).toHaveLength(8);
    expect(events.slice(-2)).toEqual([undefined, 'answered a']);
    for (const wait of waits().slice(4)) expect(wait).toBeGreaterThanOrEqual(8_000 - 1);
  });

  test('waits a different time on each page', async () => {
    const jitters = new Set<number>();
    for (let time = 0; time < 20; time += 1) {
      due = ['a'];
      outcomes = [unavailable()];
      sent = [];
      loop.run();
      await jest.runAllTimersAsync();
      jitters.add(waits()[0]!);
    }
    expect(jitters.size).toBeGreaterThan(5);
  });

  test('waits as long as the server asks', async () => {
    due = ['a'];
    outcomes = [unavailable(7_000)];
    loop.run();
    await jest.runAllTimersAsync();
    expect(waits()[0]).toBeGreaterThanOrEqual(7_000);
  });

  test('keeps the wait of a call when it runs again, and ends the wait when it runs now', async () => {
    due = ['a'];
    outcomes = [unavailable(60_000)];
    loop.run();
    await jest.advanceTimersByTimeAsync(1_000);
    loop.run();
    await jest.advanceTimersByTimeAsync(1_000);
    expect(sent).toHaveLength(1);
    loop.runNow();
    await jest.advanceTimersByTimeAsync(1_000);
    expect(sent).toHaveLength(2);
    await jest.runAllTimersAsync();
    expect(sent).toHaveLength(2);
  });

  test('does not repeat a refused call', async () => {
    due = ['a', 'b'];
    outcomes = [{ kind: 'refused', status: 400, code: 'BODY_INVALID' }];
    loop.run();
    await jest.runAllTimersAsync();
    expect(events.filter((event) => event !== undefined)).toEqual(['refused a 400', 'answered b']);
    expect(sent).toHaveLength(2);
  });

  test('sends nothing after it was stopped', async () => {
    due = ['a'];
    outcomes = [unavailable()];
    loop.run();
    await jest.advanceTimersByTimeAsync(100);
    loop.stop();
    await jest.runAllTimersAsync();
    expect(sent).toHaveLength(1);
  });
});

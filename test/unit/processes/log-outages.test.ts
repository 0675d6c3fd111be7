import type { Logger } from '../../../src/adapters/logger';
import { ServiceError } from '../../../src/domain/shared/service-error';
import { logOutages } from '../../../src/processes/log-outages';

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'] }));
afterEach(() => jest.useRealTimers());

function recorder() {
  const lines: string[] = [];
  const note = (level: string) => (first: unknown, message?: string) =>
    void lines.push(`${level} ${message ?? String(first)}`);
  return { lines, logger: { info: note('info'), warn: note('warn') } as unknown as Logger };
}

const away = () => new ServiceError('DATABASE_UNAVAILABLE', 'It is away.');

it('logs an outage when it begins, each half minute, and when it is over', async () => {
  const { lines, logger } = recorder();
  const stop = new AbortController();
  let isAway = false;
  const probe = async () => {
    if (isAway) throw away();
  };
  const logging = logOutages({ what: 'The database', probe, until: stop.signal, logger });
  await jest.advanceTimersByTimeAsync(60_000);
  expect(lines).toEqual([]);
  isAway = true;
  await jest.advanceTimersByTimeAsync(70_000);
  isAway = false;
  await jest.advanceTimersByTimeAsync(20_000);
  expect(lines).toEqual([
    'warn The database is away; the process waits for it',
    'warn The database is away; the process waits for it',
    'warn The database is away; the process waits for it',
    'info The database is back',
  ]);
  stop.abort();
  await jest.advanceTimersByTimeAsync(10_000);
  await logging;
});

import type { Logger } from '../../../src/adapters/logger';
import { ServiceError } from '../../../src/domain/shared/service-error';
import { retryUntilAborted } from '../../../src/adapters/shared/until-aborted';

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'] }));
afterEach(() => jest.useRealTimers());

function recorder() {
  const lines: string[] = [];
  const note = (level: string) => (first: unknown, message?: string) =>
    void lines.push(`${level} ${message ?? String(first)}`);
  return { lines, logger: { info: note('info'), warn: note('warn') } as unknown as Logger };
}

const away = () => new ServiceError('DATABASE_UNAVAILABLE', 'It is away.');

it('tries each second until it is aborted', async () => {
  const { lines, logger } = recorder();
  const stop = new AbortController();
  let tries = 0;
  const attempt = async () => {
    tries += 1;
    throw away();
  };
  const trying = retryUntilAborted(attempt, { complaint: 'It does not work', until: stop.signal, logger });
  await jest.advanceTimersByTimeAsync(65_500);
  expect(tries).toBe(66);
  expect(lines).toHaveLength(3);
  stop.abort();
  await jest.advanceTimersByTimeAsync(1_000);
  expect(await trying).toBeUndefined();
});

it('returns the first result', async () => {
  const { logger } = recorder();
  let tries = 0;
  const attempt = async () => {
    tries += 1;
    if (tries < 3) throw away();
    return 'here';
  };
  const trying = retryUntilAborted(attempt, { complaint: 'Away', until: new AbortController().signal, logger });
  await jest.advanceTimersByTimeAsync(5_000);
  expect(await trying).toBe('here');
});

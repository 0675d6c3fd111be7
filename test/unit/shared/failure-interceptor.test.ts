import { CompleteAsyncError, Context } from '@temporalio/activity';
import {
  ActivityCancellationDetails,
  ApplicationFailure,
  ApplicationFailureCategory,
  CancelledFailure,
} from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createFailureInterceptor } from '../../../src/activities/shared/failure-interceptor';
import { createLogKeysInterceptor } from '../../../src/activities/shared/log-keys-interceptor';
import { ERROR_CODES, ServiceError, type ErrorCode } from '../../../src/domain/shared/service-error';

interface LogLine {
  message: string;
  meta: Record<string, unknown>;
}

function environment({ stopping = false } = {}) {
  const lines: LogLine[] = [];
  const log = (message: string, meta = {}) => void lines.push({ message, meta });
  const logger = { log, trace: log, debug: log, info: log, warn: log, error: log };
  const activity = new MockActivityEnvironment(
    {},
    { logger, interceptors: [createLogKeysInterceptor(), createFailureInterceptor(() => stopping)] },
  );
  return { activity, lines };
}

async function failureOf(activity: MockActivityEnvironment, work: () => Promise<unknown>): Promise<unknown> {
  return activity.run(work).then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** Waits for its cancellation, then throws the error. */
const whenCancelled = (fail: () => unknown) => async () => {
  await Context.current().cancelled.catch(() => undefined);
  throw fail();
};

describe('an activity', () => {
  it('that succeeds is left alone', async () => {
    const { activity } = environment();
    expect(await activity.run(async () => ({ rowCount: 7 }))).toEqual({ rowCount: 7 });
  });

  it.each(Object.entries(ERROR_CODES))('that fails with %s is retried as its code says', async (code, { retry }) => {
    const { activity } = environment();
    const failure = await failureOf(activity, async () => {
      throw new ServiceError(code as ErrorCode, 'A sentence.', { cause: new Error('quotes data') });
    });
    expect(failure).toBeInstanceOf(ApplicationFailure);
    expect(failure).toMatchObject({ type: code, message: 'A sentence.', nonRetryable: !retry });
    expect((failure as ApplicationFailure).cause).toBeUndefined();
  });

  it('waits as long as the other side asked for', async () => {
    const { activity } = environment();
    const failure = await failureOf(activity, async () => {
      throw new ServiceError('LMS_RATE_LIMITED', 'Too many.', { retryAfterMs: 7_000 });
    });
    expect(failure).toMatchObject({ nextRetryDelay: 7_000 });
  });

  it('keeps the message of an unforeseen error out of history and log, and logs where it was thrown', async () => {
    const { activity, lines } = environment();
    const failure = await failureOf(activity, async () => {
      throw new TypeError('learner 김철수 is not a function\n    of anything');
    });
    expect(failure).toMatchObject({ type: 'UNEXPECTED', nonRetryable: false });
    expect((failure as Error).message).not.toContain('김철수');
    expect(JSON.stringify(lines)).not.toContain('김철수');
    const line = lines.find(({ meta }) => 'frames' in meta);
    expect(line?.meta).toMatchObject({ errorName: 'TypeError' });
    expect(JSON.stringify(line?.meta.frames)).toContain('failure-interceptor.test');
  });

  it('that throws what is no error is an unforeseen failure too', async () => {
    const { activity } = environment();
    const thrown: unknown = '김철수';
    const failure = await failureOf(activity, async () => {
      throw thrown;
    });
    expect(failure).toMatchObject({ type: 'UNEXPECTED' });
  });

  it('passes on what Temporal itself means by an error', async () => {
    const { activity } = environment();
    const own = ApplicationFailure.nonRetryable('Wrong.', 'OWN');
    expect(await failureOf(activity, () => Promise.reject(own))).toBe(own);
    const later = new CompleteAsyncError();
    expect(await failureOf(activity, () => Promise.reject(later))).toBe(later);
  });

  it('that is cancelled is cancelled, whatever its aborted calls threw', async () => {
    const { activity } = environment();
    const failing = failureOf(
      activity,
      whenCancelled(() => new ServiceError('LMS_UNAVAILABLE', 'Aborted.')),
    );
    activity.cancel('CANCELLED');
    expect(await failing).toBeInstanceOf(CancelledFailure);
  });

  it('that a stopping worker cuts off is repeated elsewhere at once', async () => {
    const { activity } = environment();
    const failing = failureOf(
      activity,
      whenCancelled(() => new DOMException('Aborted.', 'AbortError')),
    );
    activity.cancel('WORKER_SHUTDOWN', new ActivityCancellationDetails());
    expect(await failing).toMatchObject({
      type: 'WORKER_STOPPING',
      nonRetryable: false,
      nextRetryDelay: 100,
      category: ApplicationFailureCategory.BENIGN,
    });
  });

  it('that lost the LMS while its process stops is repeated elsewhere at once', async () => {
    const { activity } = environment({ stopping: true });
    const failure = await failureOf(activity, async () => {
      throw new ServiceError('LMS_LEASE_LOST', 'Not now.');
    });
    expect(failure).toMatchObject({ type: 'WORKER_STOPPING', nextRetryDelay: 100 });
  });

  it('that failed for good fails for good, also while its process stops', async () => {
    const { activity } = environment({ stopping: true });
    const failure = await failureOf(activity, async () => {
      throw new ServiceError('INPUT_INVALID', 'The page has another form.');
    });
    expect(failure).toMatchObject({ type: 'INPUT_INVALID', nonRetryable: true });
  });
});

describe('log lines of an activity', () => {
  it('name the keys of its input, and nothing else of it', async () => {
    const { activity, lines } = environment();
    const input = { skId: 'SK001', date: '2025-01-20', dataType: 'vod', studentName: '김철수' };
    await activity.run(async () => Context.current().log.info('Collected'), input);
    expect(lines.find(({ message }) => message === 'Collected')?.meta).toMatchObject({
      cohort: 'SK001',
      date: '2025-01-20',
      dataType: 'vod',
    });
    expect(JSON.stringify(lines)).not.toContain('김철수');
  });

  it.each([[undefined], [null], ['text'], [{ skId: 7 }]])('bear an input like %p', async (input) => {
    const { activity, lines } = environment();
    await activity.run(async () => Context.current().log.info('Done'), input);
    expect(lines.find(({ message }) => message === 'Done')).toBeDefined();
  });
});

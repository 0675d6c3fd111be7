import { Agent, request } from 'undici';
import { ServiceError } from '../../domain/shared/service-error';
import { statisticsTriggerBody, type StatisticsTrigger } from '../../domain/collection/statistics-trigger';
import { retryAfterMs } from '../shared/retry-after-ms';
import { DeadlineExceeded, withDeadline } from '../shared/with-deadline';

/** Contract section 3. */
const TIMEOUT_MS = 30_000;
/** A longer `Retry-After` is shortened to this, because `openeg collect` waits until the trigger was sent or given up. */
const MAX_RETRY_AFTER_MS = 60_000;

export interface StatisticsClient {
  /**
   * Sends the trigger once (contract section 3). The caller decides about retries.
   * @throws ServiceError STATISTICS_UNAVAILABLE (a retry may succeed), STATISTICS_REJECTED (a 4xx other than 408 and 429);
   *   the signal's reason once it is aborted
   */
  send(trigger: StatisticsTrigger, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export function createStatisticsClient({ webhookUrl }: { webhookUrl: string }): StatisticsClient {
  const dispatcher = new Agent({ connections: 4 });
  return {
    async send(trigger, signal) {
      const { statusCode, headers } = await withDeadline(signal, TIMEOUT_MS, (within) => post(trigger, within)).catch(
        (error: unknown) => {
          if (signal.aborted) throw error;
          throw new ServiceError(
            'STATISTICS_UNAVAILABLE',
            error instanceof DeadlineExceeded
              ? `The statistics server did not answer within ${TIMEOUT_MS / 1000} s.`
              : `The statistics server can't be reached (${errorCode(error)}).`,
          );
        },
      );
      if (statusCode >= 200 && statusCode < 300) {
        if (!/^\s*text\/html\b/i.test(String(headers['content-type'] ?? ''))) return;
        throw new ServiceError(
          'STATISTICS_UNAVAILABLE',
          `HTTP ${statusCode} came as an HTML page: something else answers in the statistics server's place.`,
        );
      }
      if (statusCode >= 400 && statusCode < 500 && statusCode !== 408 && statusCode !== 429) {
        throw new ServiceError(
          'STATISTICS_REJECTED',
          `The statistics server refused the trigger (HTTP ${statusCode}).`,
        );
      }
      throw new ServiceError('STATISTICS_UNAVAILABLE', `The statistics server answered HTTP ${statusCode}.`, {
        retryAfterMs: Math.min(MAX_RETRY_AFTER_MS, retryAfterMs(headers) ?? 0),
      });
    },
    close: () => dispatcher.close(),
  };

  async function post(trigger: StatisticsTrigger, signal: AbortSignal) {
    const response = await request(webhookUrl, {
      dispatcher,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: statisticsTriggerBody(trigger),
      signal,
    });
    await response.body.dump();
    return response;
  }
}

function errorCode(error: unknown): string {
  const { code } = Object(error) as { code?: unknown };
  return typeof code === 'string' ? code : 'connection lost';
}

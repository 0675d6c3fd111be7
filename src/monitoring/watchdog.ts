import { setTimeout as sleep } from 'node:timers/promises';
import type { SendOutboxMessageDeps } from '../adapters/chat/send-outbox-message';
import { hasWaitingMessages } from '../adapters/database/alerts/chat-outbox';
import type { NightExpectation } from '../adapters/database/operations/night-facts';
import { ServiceError } from '../domain/shared/service-error';
import { postOverdueMessages } from './overdue-messages';
import { watchSilences } from './silence-watch';

export interface SilenceWatchOptions extends SendOutboxMessageDeps {
  expectation: NightExpectation;
  operatorsWebhookUrl: string;
  /** Has the workflow `alertDelivery` look at the outbox; may fail, for Temporal may be what is silent. */
  wakeDelivery: () => Promise<void>;
  until: AbortSignal;
}

const INTERVAL_MS = 15_000;
const LOCK = 'openeg-silence-watch';

/**
 * Watches until it is told to stop, in one process at a time. It asks nothing of Temporal, whose outage it would have to
 * tell about; without the database it can't tell anything, and says so in the log once.
 */
export async function runSilenceWatch(options: SilenceWatchOptions): Promise<void> {
  const { until, logger } = options;
  let failing = false;
  while (!until.aborted) {
    try {
      await options.database.withLock(LOCK, 0, () => look(options));
      failing = false;
    } catch (error) {
      const reason = error instanceof ServiceError ? { code: error.code, error: error.message } : {};
      if (!failing) logger.warn(reason, 'The watch over silences failed; it goes on');
      failing = true;
    }
    await sleep(INTERVAL_MS, undefined, { signal: until }).catch(() => undefined);
  }
}

async function look(options: SilenceWatchOptions): Promise<void> {
  const { database, expectation, operatorsWebhookUrl, wakeDelivery, until } = options;
  await watchSilences(database, expectation);
  if (!(await hasWaitingMessages(database))) return;
  const isAwake = await wakeDelivery().then(
    () => true,
    () => false,
  );
  // Without Temporal nobody is woken. Beside a delivery that is at work it would only get in the way of its pace.
  if (!isAwake) await postOverdueMessages(options, operatorsWebhookUrl, until);
}

import type { Client } from '@temporalio/client';
import { sendOutboxMessage } from '../activities/alerts/send-outbox-message';
import { createChatClient } from '../adapters/chat/chat-client';
import { enabledDataTypes } from '../domain/collection/data-type';
import type { NightPlan } from '../domain/operations/night';
import { runWatchdog } from '../monitoring/watchdog';
import { describeNightlySchedule } from '../temporal/schedules';
import { wakeDelivery } from '../temporal/start-workflows';
import { temporalUnavailable } from '../temporal/temporal-error';
import type { WorkerConfig, WorkerParts } from './worker-parts';

/** A round of the watchdog must not wait long for a Temporal that is away. */
const SCHEDULE_TIMEOUT_MS = 5_000;

/** The plan of each night as this worker is configured. */
export function nightPlan(config: WorkerConfig): NightPlan {
  return {
    collectionTime: config.OPENEG_COLLECTION_TIME,
    dataTypes: enabledDataTypes(config.OPENEG_VOD_LOG_ENABLED),
  };
}

/** Starts before Temporal is reached: `client` returns undefined until then. */
export async function startWatchdog(parts: WorkerParts, client: () => Client | undefined): Promise<void> {
  const { config } = parts;
  const chat = createChatClient();
  const connected = () => {
    const temporal = client();
    if (temporal === undefined) throw temporalUnavailable(config.temporal);
    return temporal;
  };
  const operatorsWebhookUrl = config.OPENEG_OPS_WEBHOOK_URL ?? config.OPENEG_CHAT_WEBHOOK_URL;
  try {
    await runWatchdog({
      ...parts,
      plan: nightPlan(config),
      async postOperatorsMessage(id, until) {
        const { outcome } = await sendOutboxMessage({ ...parts, chat }, id, operatorsWebhookUrl, { signal: until });
        return outcome.kind === 'sent' || outcome.kind === 'not waiting' || outcome.kind === 'put aside';
      },
      wakeDelivery: async () => wakeDelivery(connected()),
      readScheduleState: async () => {
        const temporal = connected();
        const ask = () => describeNightlySchedule(temporal.schedule);
        const { state } = await temporal.withDeadline(Date.now() + SCHEDULE_TIMEOUT_MS, ask);
        return state;
      },
    });
  } finally {
    await chat.close();
  }
}

import { Worker } from '@temporalio/worker';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createAlertActivities } from '../activities/alerts/alert-activities';
import { createCollectionCoreActivities } from '../activities/collection/collection-core-activities';
import { createInquiryCoreActivities } from '../activities/inquiries/inquiry-core-activities';
import { createOperationsCoreActivities } from '../activities/operations/operations-core-activities';
import { createRetentionCoreActivities } from '../activities/people/retention-core-activities';
import { createChatClient } from '../adapters/chat/chat-client';
import { createStatisticsClient } from '../adapters/statistics/statistics-client';
import { applySchedules } from '../temporal/schedules';
import { wakeDelivery } from '../temporal/start-workflows';
import { CORE_TASK_QUEUE } from '../workflows/contract';
import { runTemporalWorker } from './run-temporal-worker';
import { scheduleSettings, workerOptions, type ConnectedParts } from './worker-parts';

const WORKFLOW_BUNDLE = join(__dirname, '..', 'workflow-bundle.js');

/** Runs workflows, quick activities and the delivery to Google Chat. Any number of processes may do this at once. */
export async function runCoreRole(parts: ConnectedParts, onPolling: (isPolling: boolean) => void): Promise<void> {
  const { config, logger, until } = parts;
  const url = config.OPENEG_STATISTICS_WEBHOOK_URL;
  const statistics = url === undefined ? undefined : createStatisticsClient({ webhookUrl: url });
  const chat = createChatClient();
  const activities = {
    ...createAlertActivities({
      ...parts,
      chat,
      alertsWebhookUrl: config.OPENEG_CHAT_WEBHOOK_URL,
      operatorsWebhookUrl: config.OPENEG_OPS_WEBHOOK_URL ?? config.OPENEG_CHAT_WEBHOOK_URL,
    }),
    ...createInquiryCoreActivities({
      ...parts,
      tickIntervalMs: config.OPENEG_SLEEP_TIME * 1000,
      wakeDelivery: () => wakeDelivery(parts.client),
    }),
    ...createCollectionCoreActivities({ ...parts, statistics, vodLogEnabled: config.OPENEG_VOD_LOG_ENABLED }),
    ...createOperationsCoreActivities({
      collectionTime: config.OPENEG_COLLECTION_TIME,
      applySchedules: (schedules) => applySchedules(schedules, scheduleSettings(config)),
    }),
    ...createRetentionCoreActivities({ ...parts, retentionDays: config.OPENEG_RETENTION_DAYS }),
  };
  await runTemporalWorker({
    role: 'core',
    create: () =>
      Worker.create({
        ...workerOptions(parts),
        ...workflowSource(),
        taskQueue: CORE_TASK_QUEUE,
        activities,
        // The time after which another worker replays the workflows of a worker that died.
        stickyQueueScheduleToStartTimeout: '3 s',
        maxConcurrentActivityTaskExecutions: 100,
        maxConcurrentWorkflowTaskExecutions: 40,
        maxCachedWorkflows: 200,
      }),
    until,
    onPolling,
    logger,
  });
  await Promise.all([statistics?.close(), chat.close()]);
}

/** A worker with the build's bundle starts within a second. Without a bundle it makes one at its start. */
function workflowSource() {
  return existsSync(WORKFLOW_BUNDLE)
    ? { workflowBundle: { codePath: WORKFLOW_BUNDLE } }
    : { workflowsPath: require.resolve('../workflows') };
}

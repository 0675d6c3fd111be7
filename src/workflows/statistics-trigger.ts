import { proxyActivities } from '@temporalio/workflow';
import type { CollectionCoreActivities } from '../activities/collection-core-activities';
import { CORE_TASK_QUEUE, type StatisticsTriggerInput, type StatisticsTriggerResult } from './contract';
import { sendStatistics } from './send-statistics';

const { planStatistics } = proxyActivities<CollectionCoreActivities>({
  taskQueue: CORE_TASK_QUEUE,
  startToCloseTimeout: '30 seconds',
  retry: { maximumInterval: '30 seconds' },
});

/** Tells the statistics server again what is stored of a date. */
export async function statisticsTrigger({ date }: StatisticsTriggerInput): Promise<StatisticsTriggerResult> {
  const { triggers } = await planStatistics.executeWithOptions({ summary: `What is stored of ${date}` }, [{ date }]);
  return sendStatistics(triggers);
}

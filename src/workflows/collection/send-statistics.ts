import { log, proxyActivities } from '@temporalio/workflow';
import type { CollectionCoreActivities } from '../../activities/collection/collection-core-activities';
import type { StatisticsTrigger } from '../../domain/collection/statistics-trigger';
import { CORE_TASK_QUEUE, type StatisticsTriggerResult } from '../contract';
import { failureReason } from '../shared/failure-reason';

/** At most three retries, each after twice the wait (contract section 3); the call itself times out after 30 s. */
const { sendStatisticsTrigger } = proxyActivities<CollectionCoreActivities>({
  taskQueue: CORE_TASK_QUEUE,
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: '8 seconds',
  retry: { initialInterval: '2 seconds', backoffCoefficient: 2, maximumAttempts: 4 },
});

const { recordStatisticsSent, recordStatisticsFailure } = proxyActivities<CollectionCoreActivities>({
  taskQueue: CORE_TASK_QUEUE,
  startToCloseTimeout: '30 seconds',
  retry: { maximumInterval: '30 seconds' },
});

/**
 * Sends each trigger, or gives it up and has the operators told. Never fails: what is collected is collected, whoever
 * was told.
 */
export async function sendStatistics(triggers: readonly StatisticsTrigger[]): Promise<StatisticsTriggerResult> {
  if (triggers.length === 0) return { statistics: 'off', triggers: [] };
  const results = await Promise.all(triggers.map(send));
  return { statistics: results.every(({ sent }) => sent) ? 'sent' : 'failed', triggers: results };
}

async function send(trigger: StatisticsTrigger): Promise<StatisticsTriggerResult['triggers'][number]> {
  const { targetDate, skIds, dataTypes } = trigger;
  const told = { cohorts: skIds.length, dataTypes };
  const summary = `${targetDate} ${dataTypes.join(', ')} of ${skIds.length} ${skIds.length === 1 ? 'cohort' : 'cohorts'}`;
  const reason = await sendStatisticsTrigger
    .executeWithOptions({ summary }, [trigger])
    .then(() => undefined, failureReason);
  await (
    reason === undefined
      ? recordStatisticsSent.executeWithOptions({ summary }, [trigger])
      : recordStatisticsFailure.executeWithOptions({ summary }, [{ ...trigger, message: reason.message }])
  ).catch(() => log.error('The outcome of a statistics trigger could not be recorded', { date: targetDate }));
  return { ...told, sent: reason === undefined, ...reason };
}

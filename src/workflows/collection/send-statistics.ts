import { log, proxyActivities } from '@temporalio/workflow';
import type { CollectionCoreActivities } from '../../activities/collection/collection-core-activities';
import type { StatisticsTrigger } from '../../domain/collection/statistics-trigger';
import type { StatisticsTriggerResult } from '../contract';
import { DATABASE_POLICY, STATISTICS_POLICY } from '../shared/activity-policies';
import { failureReason } from '../shared/failure-reason';

const { sendStatisticsTrigger } = proxyActivities<CollectionCoreActivities>(STATISTICS_POLICY);
const { recordStatisticsSent, recordStatisticsFailure } = proxyActivities<CollectionCoreActivities>(DATABASE_POLICY);

/**
 * Sends each trigger, or gives it up and opens an incident. Never fails: the statistics server's trouble does not fail a
 * collection.
 */
export async function sendStatistics(triggers: readonly StatisticsTrigger[]): Promise<StatisticsTriggerResult> {
  if (triggers.length === 0) return { statistics: 'off', triggers: [] };
  const results = await Promise.all(triggers.map(send));
  return { statistics: results.every(({ sent }) => sent) ? 'sent' : 'failed', triggers: results };
}

async function send(trigger: StatisticsTrigger): Promise<StatisticsTriggerResult['triggers'][number]> {
  const { targetDate, skIds, dataTypes } = trigger;
  const described = { cohorts: skIds.length, dataTypes };
  const summary = `${targetDate} ${dataTypes.join(', ')} of ${skIds.length} ${skIds.length === 1 ? 'cohort' : 'cohorts'}`;
  const reason = await sendStatisticsTrigger
    .executeWithOptions({ summary }, [trigger])
    .then(() => undefined, failureReason);
  await (
    reason === undefined
      ? recordStatisticsSent.executeWithOptions({ summary }, [trigger])
      : recordStatisticsFailure.executeWithOptions({ summary }, [{ ...trigger, message: reason.message }])
  ).catch(() => log.error('The outcome of a statistics trigger could not be recorded', { date: targetDate }));
  return { ...described, sent: reason === undefined, ...reason };
}

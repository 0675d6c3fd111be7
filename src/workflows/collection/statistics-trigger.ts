import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { CollectionCoreActivities } from '../../activities/collection/collection-core-activities';
import type { StatisticsTriggerInput, StatisticsTriggerResult } from '../contract';
import { DATABASE_POLICY } from '../shared/activity-policies';
import { markdownTable } from '../shared/markdown-table';
import { sendStatistics } from './send-statistics';

const { planStatistics } = proxyActivities<CollectionCoreActivities>(DATABASE_POLICY);

/** Sends the statistics trigger again for everything that is stored of a date. */
export async function statisticsTrigger({ date }: StatisticsTriggerInput): Promise<StatisticsTriggerResult> {
  const { triggers } = await planStatistics.executeWithOptions({ summary: `What is stored of ${date}` }, [{ date }]);
  const result = await sendStatistics(triggers);
  setCurrentDetails(detailsOf(result));
  return result;
}

/** Markdown for the Web UI. */
function detailsOf({ triggers }: StatisticsTriggerResult): string {
  if (triggers.length === 0) return 'Nothing to tell: nothing is stored of the date, or there is no statistics server.';
  return markdownTable(
    ['cohorts', 'data types', 'statistics server'],
    triggers.map(({ cohorts, dataTypes, sent, code, message }) => [
      cohorts,
      dataTypes.join(', '),
      sent ? 'told' : `**${code}** ${message}`,
    ]),
  );
}

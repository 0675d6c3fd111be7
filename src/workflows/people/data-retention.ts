import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { RetentionCoreActivities } from '../../activities/people/retention-core-activities';
import { RETENTION_POLICY } from '../shared/activity-policies';
import { markdownTable } from '../shared/markdown-table';

const { eraseExpiredData } = proxyActivities<RetentionCoreActivities>(RETENTION_POLICY);

/** Erases rows older than OPENEG_RETENTION_DAYS. Returns the number of erased rows for each table. */
export async function dataRetention(): Promise<Record<string, number>> {
  const erased = await eraseExpiredData.executeWithOptions({ summary: 'Erases what is too old' }, []);
  const rows = Object.entries(erased).filter(([, count]) => count > 0);
  setCurrentDetails(rows.length === 0 ? 'Nothing was too old.' : markdownTable(['table', 'rows erased'], rows));
  return erased;
}

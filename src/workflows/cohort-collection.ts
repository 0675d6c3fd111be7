import { CancelledFailure } from '@temporalio/common';
import { CancellationScope, proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { CollectionLmsActivities } from '../activities/collection-lms-activities';
import type { DataType } from '../domain/data-type';
import {
  LMS_TASK_QUEUE,
  type CohortCollectionInput,
  type CohortCollectionResult,
  type DataTypeOutcome,
} from './contract';
import { failureReason } from './failure-reason';
import { markdownTable } from './markdown-table';
import { recordCollectionFailure } from './record-collection-failure';

/**
 * A try that a killed worker left behind goes on after a second. One that failed says itself how long to wait, longer
 * each time (see `collectDataset`): twenty tries outlast an outage of the LMS of about half an hour. Where activities
 * queue, collections stand behind inquiry checks, which have the default priority 3.
 */
const { collectDataset } = proxyActivities<CollectionLmsActivities>({
  taskQueue: LMS_TASK_QUEUE,
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '8 seconds',
  priority: { priorityKey: 4 },
  retry: { initialInterval: '1 second', backoffCoefficient: 1, maximumAttempts: 20 },
});

/** Collects one cohort for one date, its data types side by side. What failed is a value in the result. */
export async function cohortCollection(input: CohortCollectionInput): Promise<CohortCollectionResult> {
  const { skId, date, dataTypes } = input;
  const outcomes = await Promise.all(dataTypes.map((dataType) => collectDataType(input, dataType)));
  setCurrentDetails(detailsOf(outcomes));
  // Cancelled by hand: the runs are marked, and whoever waits is told that this was no collection.
  if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('The collection was cancelled');
  return { skId, date, outcomes };
}

async function collectDataType(input: CohortCollectionInput, dataType: DataType): Promise<DataTypeOutcome> {
  const { skId, date, requestedAt } = input;
  try {
    const { rowCount } = await collectDataset.executeWithOptions({ summary: `${skId} ${dataType} ${date}` }, [
      { skId, date, dataType, requestedAt },
    ]);
    return { dataType, stored: true, rowCount };
  } catch (error) {
    const reason = failureReason(error);
    await recordCollectionFailure({ skId, date, dataTypes: [dataType] }, reason);
    return { dataType, stored: false, rowCount: 0, ...reason };
  }
}

/** For the Web UI. */
function detailsOf(outcomes: readonly DataTypeOutcome[]): string {
  return markdownTable(
    ['type', 'rows stored', 'failure'],
    outcomes.map(({ dataType, stored, rowCount, code, message }) =>
      stored ? [dataType, rowCount, ''] : [dataType, '', `**${code}** ${message}`],
    ),
  );
}

import { ActivityFailure, ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { CancellationScope, proxyActivities, setCurrentDetails, sleep } from '@temporalio/workflow';
import type { CollectionLmsActivities, DatasetOutcome } from '../../activities/collection/collection-lms-activities';
import type { DataType } from '../../domain/collection/data-type';
import { failuresByReason } from '../../domain/collection/failures-by-reason';
import type { CohortCollectionInput, CohortCollectionResult, DataTypeOutcome } from '../contract';
import { COHORT_POLICY, DATASET_POLICY } from '../shared/activity-policies';
import { failureReason, type FailureReason } from '../shared/failure-reason';
import { markdownTable } from '../shared/markdown-table';
import { recordCollectionFailure } from './record-collection-failure';

const { collectCohort } = proxyActivities<CollectionLmsActivities>(COHORT_POLICY);
const { collectDataset } = proxyActivities<CollectionLmsActivities>(DATASET_POLICY);

/** Collects one cohort for one date, its data types side by side. A data type's failure is a value in the result. */
export async function cohortCollection(input: CohortCollectionInput): Promise<CohortCollectionResult> {
  const { skId, date } = input;
  const firstTries = await tryTogether(input);
  const [outcomes] = await Promise.all([
    Promise.all(firstTries.map((firstTry) => bringToEnd(input, firstTry))),
    recordFailures(
      input,
      firstTries.filter((firstTry) => !firstTry.stored).filter(({ againInMs }) => againInMs === null),
    ),
  ]);
  const result = { skId, date, outcomes };
  setCurrentDetails(detailsOf(result));
  // Cancelled by hand: the runs are marked failed. The error tells the parent that nothing was collected.
  if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('The collection was cancelled');
  return result;
}

/** One try usually stores everything. If it fails as a whole and another try may help, each data type is tried alone. */
async function tryTogether(input: CohortCollectionInput): Promise<DatasetOutcome[]> {
  const { skId, date, dataTypes } = input;
  try {
    return await collectCohort.executeWithOptions({ summary: `${skId} ${date}: ${dataTypes.join(', ')}` }, [input]);
  } catch (error) {
    const againInMs = CancellationScope.current().consideredCancelled || isPermanent(error) ? null : 0;
    return dataTypes.map((dataType) => ({ dataType, stored: false, ...failureReason(error), againInMs }));
  }
}

function isPermanent(error: unknown): boolean {
  return error instanceof ActivityFailure && error.cause instanceof ApplicationFailure && !!error.cause.nonRetryable;
}

async function bringToEnd(input: CohortCollectionInput, firstTry: DatasetOutcome): Promise<DataTypeOutcome> {
  const { skId, date, requestedAt } = input;
  const { dataType } = firstTry;
  if (firstTry.stored) return firstTry;
  const { code, message, againInMs } = firstTry;
  if (againInMs === null) return { dataType, stored: false, rowCount: 0, code, message };
  try {
    if (againInMs > 0) await sleep(againInMs);
    const { rowCount } = await collectDataset.executeWithOptions({ summary: `${skId} ${dataType} ${date}` }, [
      { skId, date, dataType, requestedAt },
    ]);
    return { dataType, stored: true, rowCount };
  } catch (error) {
    const failed = { dataType, ...failureReason(error) };
    await recordFailures(input, [failed]);
    return { ...failed, stored: false, rowCount: 0 };
  }
}

type Failed = FailureReason & { dataType: DataType };

/** Marks the runs failed, with one activity for each reason. */
async function recordFailures({ skId, date }: CohortCollectionInput, failed: readonly Failed[]): Promise<void> {
  const reasons = failuresByReason(failed.map((failure) => ({ ...failure, skId })));
  await Promise.all(
    reasons.map(({ dataTypes, ...reason }) => recordCollectionFailure({ skId, date, dataTypes }, reason)),
  );
}

/** Markdown for the Web UI. */
function detailsOf({ skId, outcomes }: CohortCollectionResult): string {
  const failed = outcomes
    .filter((outcome) => !outcome.stored)
    .map(({ dataType, code = '', message = '' }) => ({ skId, dataType, code, message }));
  return markdownTable(
    ['type', 'rows stored', 'failure'],
    [
      ...outcomes.filter(({ stored }) => stored).map(({ dataType, rowCount }) => [dataType, rowCount, '']),
      ...failuresByReason(failed).map(({ dataTypes, code, message }) => [
        dataTypes.join(', '),
        '',
        `**${code}** ${message}`,
      ]),
    ],
  );
}

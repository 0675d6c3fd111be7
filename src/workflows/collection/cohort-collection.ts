import { CancelledFailure } from '@temporalio/common';
import { CancellationScope, proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { CollectionLmsActivities } from '../../activities/collection/collection-lms-activities';
import type { DatasetOutcome } from '../../domain/collection/dataset-outcome';
import { failuresByReason } from '../../domain/collection/failures-by-reason';
import type { CohortCollectionInput, CohortCollectionResult } from '../contract';
import { COHORT_POLICY } from '../shared/activity-policies';
import { failureReason } from '../shared/failure-reason';
import { markdownTable } from '../shared/markdown-table';
import { recordCollectionFailure } from './record-collection-failure';

const { collectCohort } = proxyActivities<CollectionLmsActivities>(COHORT_POLICY);

/** Asks for one cohort's data of one date once. A data type's failure is a value in the result. */
export async function cohortCollection(input: CohortCollectionInput): Promise<CohortCollectionResult> {
  const { skId, date, dataTypes } = input;
  const outcomes = await collectCohort
    .executeWithOptions({ summary: `${skId} ${date}: ${dataTypes.join(', ')}` }, [input])
    .catch((error: unknown) => recordCollectionFailure(input, failureReason(error)));
  setCurrentDetails(detailsOf(skId, outcomes));
  // Cancelled by hand: the runs are marked failed. The error tells the parent that nothing was collected.
  if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('The collection was cancelled');
  return { skId, date, outcomes };
}

/** Markdown for the Web UI. */
function detailsOf(skId: string, outcomes: readonly DatasetOutcome[]): string {
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

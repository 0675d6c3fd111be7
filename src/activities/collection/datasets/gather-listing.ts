import type { LmsAccount, LmsCallOptions, LmsClient } from '../../../adapters/lms/lms-client';
import type { DataType } from '../../../domain/collection/data-type';
import type { ListingOf } from '../../../domain/collection/datasets/all-datasets';
import type { LearningDate } from '../../../domain/shared/learning-date';
import { ServiceError } from '../../../domain/shared/service-error';
import { mapBounded } from '../../shared/map-bounded';

export interface LmsSource {
  lms: LmsClient;
  account: LmsAccount;
  date: LearningDate;
  options: LmsCallOptions;
}

/** How each data type is asked for: everything of the cohort (and date), in the normal case no request twice. */
const GATHER: { readonly [Type in DataType]: (source: LmsSource) => Promise<ListingOf<Type>> } = {
  vod: ({ lms, account, date, options }) =>
    listThenAsk(
      () => lms.listStudents(account, options),
      async (student) => ({ student, logs: await lms.listVodLogs(account, student.studentId, date, options) }),
    ),
  pbl: ({ lms, account, options }) =>
    listThenAsk(
      () => lms.listPblProblems(account, options),
      async (problem) => ({
        problem,
        submissions: await lms.listPblSubmissions(account, problem.problemId, options),
      }),
    ),
  task: ({ lms, account, options }) =>
    listThenAsk(
      () => lms.listTasks(account, options),
      async (task) => ({ task, submissions: await lms.listTaskSubmissions(account, task.taskId, options) }),
    ),
  roadmap: ({ lms, account, options }) => lms.getRoadmap(account, options),
};

/** @throws ServiceError as LmsClient does */
export function gatherListing<Type extends DataType>(dataType: Type, source: LmsSource): Promise<ListingOf<Type>> {
  return GATHER[dataType](source);
}

/**
 * Calls of one dataset that wait or are under way at once. Twice the LMS's usual 15 slots, so that a call is always ready
 * for a free slot; more would only use memory.
 */
const OUTSTANDING_CALLS = 30;

/**
 * Lists items and asks for the list of each. When the LMS does not find one of them, the item may have been deleted after
 * it was listed: then lists and asks once more.
 * @throws the first failure
 */
async function listThenAsk<Item, Result>(
  list: () => Promise<Item[]>,
  ask: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const items = await list();
  try {
    return await mapBounded(items, OUTSTANDING_CALLS, ask);
  } catch (error) {
    if (!(error instanceof ServiceError && error.code === 'LMS_NOT_FOUND')) throw error;
    return mapBounded(await list(), OUTSTANDING_CALLS, ask);
  }
}

import { hasStoredRows, storedListKeys } from '../../../adapters/database/collection/stored-lists';
import type { Queryable } from '../../../adapters/database/core/database';
import { isDated, type DataType } from '../../../domain/collection/data-type';
import type { Dataset, TableRows } from '../../../domain/collection/datasets/dataset';
import { DATASETS, type ListingOf } from '../../../domain/collection/datasets/datasets';
import { deadSessionSign, type StoredDataset } from '../../../domain/collection/dead-session';
import type { LearningDate } from '../../../domain/shared/learning-date';
import { ServiceError } from '../../../domain/shared/service-error';
import { gatherListing, type LmsSource } from './gather-listing';

/**
 * Reads one data type of a cohort from the LMS and returns the rows of its tables. Where the listing may come from a dead
 * session, it is gathered again in a new session whose roster is not empty.
 * @throws ServiceError as LmsClient does; LMS_EMPTY_ROSTER when that roster is empty too although rows are stored
 */
export async function readDataset<Type extends DataType>(
  db: Queryable,
  dataType: Type,
  source: LmsSource,
): Promise<TableRows[]> {
  const dataset: Dataset<ListingOf<Type>> = DATASETS[dataType];
  const { lms, account, date, options } = source;
  const listing = await gatherListing(dataType, source);
  const listSizes = dataset.listSizes(listing);
  const stored = await findStored(db, dataset, listSizes, { skId: account.skId, date });
  const sign = deadSessionSign(listSizes, stored, isDated(dataType));
  if (sign === undefined) return dataset.toRows(listing);
  // A dead session stays dead: if it lists students now, it was alive before, and the lists are true.
  if (sign === 'only-empty-lists' && (await lms.listStudents(account, options)).length > 0) {
    return dataset.toRows(listing);
  }

  lms.forgetSession(account);
  const roster = await lms.listStudents(account, options);
  if (roster.length > 0) return dataset.toRows(await gatherListing(dataType, source));
  if (sign === 'nothing-listed') return dataset.toRows(listing);
  throw new ServiceError(
    'LMS_EMPTY_ROSTER',
    `The LMS lists no student of ${account.skId}, also after a new log-in, though it had students. ` +
      'What is stored stays. Check the account and the cohort at the LMS; then collect again.',
  );
}

/** Asks only for what the comparison with this listing needs. */
async function findStored(
  db: Queryable,
  { tables }: Pick<Dataset<never>, 'tables'>,
  listSizes: ReadonlyMap<string, number>,
  cohort: { skId: string; date: LearningDate },
): Promise<StoredDataset> {
  if (listSizes.size === 0) {
    const [itemTable] = tables;
    const hasRows = itemTable !== undefined && (await hasStoredRows(db, itemTable, cohort.skId));
    return { hasRows, filledLists: new Set() };
  }
  const filledLists = await Promise.all(tables.map((table) => storedListKeys(db, table, cohort)));
  return { hasRows: false, filledLists: new Set(filledLists.flat()) };
}

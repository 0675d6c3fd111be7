/*
 * A session of the LMS can die and still answer 200 with empty lists (docs/contract/lms-api.openapi.yaml). A sign of it is no
 * proof, so the collection asks for the roster before it believes the listing.
 */

/**
 * - `stored-rows-missing`: rows that are stored would be deleted all at once.
 * - `only-empty-lists`: the last lists were all empty, on a date of which nothing is stored to compare with.
 * - `nothing-listed`: nothing is listed, and nothing was ever stored.
 */
export type DeadSessionSign = 'stored-rows-missing' | 'only-empty-lists' | 'nothing-listed';

export interface StoredDataset {
  hasRows: boolean;
  /** Keys of the lists of which rows are stored. */
  filledLists: ReadonlySet<string>;
}

/**
 * Why a listing may come from a dead session; undefined when it shows no sign.
 * @param listSizes the number of rows of each list by its key, in the order of the requests
 * @param isDated whether the listing is of a learning date, so that a first collection has nothing stored to compare with
 */
export function deadSessionSign(
  listSizes: ReadonlyMap<string, number>,
  stored: StoredDataset,
  isDated: boolean,
): DeadSessionSign | undefined {
  if (lostStoredRows(listSizes, stored)) return 'stored-rows-missing';
  if (!isDated) return undefined;
  if (listSizes.size === 0) return 'nothing-listed';
  return endsInEmptyLists([...listSizes.values()]) ? 'only-empty-lists' : undefined;
}

/** Whether nothing is listed although rows are stored, or a list is empty of which rows are stored. */
export function lostStoredRows(
  listSizes: ReadonlyMap<string, number>,
  { hasRows, filledLists }: StoredDataset,
): boolean {
  if (listSizes.size === 0) return hasRows;
  return [...listSizes].some(([key, size]) => size === 0 && filledLists.has(key));
}

/** Twelve empty lists in a row are no coincidence even where every second list is empty. */
const EMPTY_LISTS = 12;

/** Whether the last lists were all empty. Also true on a holiday. */
export function endsInEmptyLists(sizes: readonly number[]): boolean {
  return sizes.length >= EMPTY_LISTS && sizes.slice(-EMPTY_LISTS).every((size) => size === 0);
}

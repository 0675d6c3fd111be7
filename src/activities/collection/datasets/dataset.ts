import type { Queryable } from '../../../adapters/database/core/database';
import type { TableContent } from '../../../adapters/database/collection/sync-rows';
import type { LmsAccount, LmsCallOptions, LmsClient } from '../../../adapters/lms/lms-client';
import type { LearningDate } from '../../../domain/shared/learning-date';
import { ServiceError } from '../../../domain/shared/service-error';
import { mapBounded } from '../../shared/map-bounded';

/**
 * Calls of one dataset that wait or are under way at once: enough to fill the slots of the LMS twice, so that one is
 * ready whenever a slot is free, and few enough that what waits is no burden to the memory, also for a large cohort.
 */
const OUTSTANDING_CALLS = 30;

/**
 * Lists items and asks for what each of them leads to. One that is gone when it is asked for was dropped after it was
 * listed: then everything is listed and asked for once more.
 * @throws the first failure
 */
export async function listThenAsk<Item, Result>(
  list: () => Promise<Item[]>,
  ask: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const items = await list();
  try {
    return await mapBounded(items, OUTSTANDING_CALLS, ask);
  } catch (error) {
    if (!(error instanceof ServiceError && error.code === 'LMS_REJECTED')) throw error;
    return mapBounded(await list(), OUTSTANDING_CALLS, ask);
  }
}

export interface GatherSource {
  lms: LmsClient;
  account: LmsAccount;
  date: LearningDate;
  options: LmsCallOptions;
}

/**
 * `loss`: rows that are stored would vanish. `silence`: the answers became empty half-way. `empty`: nothing is listed,
 * and nothing is stored. `none`: the listing speaks for itself.
 */
export type Doubt = 'none' | 'empty' | 'silence' | 'loss';

/** How one data type of one cohort is read, doubted and stored. */
export interface Dataset<Gathered> {
  /** Asks the LMS for everything; in the normal case no request twice. */
  gather(source: GatherSource): Promise<Gathered>;
  /** Whether the listing may be that of a session that died and goes on answering with empty lists. */
  doubt(db: Queryable, skId: string, date: LearningDate, gathered: Gathered): Promise<Doubt>;
  /** What the tables shall hold of it. */
  contents(skId: string, date: LearningDate, gathered: Gathered): TableContent[];
}

import type { Queryable } from '../../adapters/database/database';
import type { LmsAccount, LmsCallOptions, LmsClient } from '../../adapters/lms/lms-client';
import type { LearningDate } from '../../domain/learning-date';

/**
 * Calls of one dataset that wait or are under way at once. A little above the 15 slots, so that a slot that gets free
 * always finds a call waiting; bounded, so that a large cohort takes no more memory for its calls than a small one.
 */
export const OUTSTANDING_CALLS = 20;

export interface GatherSource {
  lms: LmsClient;
  account: LmsAccount;
  date: LearningDate;
  options: LmsCallOptions;
}

/** How one data type of one cohort is read, doubted and stored. */
export interface Dataset<Gathered> {
  /** Asks the LMS for everything; in the normal case no request twice. */
  gather(source: GatherSource): Promise<Gathered>;
  /**
   * What a session that died, and goes on answering with empty lists, could have left out: `loss` when rows that are
   * stored would vanish, `empty` when nothing is listed and nothing is stored, `none` when the listing speaks for itself.
   */
  doubt(db: Queryable, skId: string, date: LearningDate, gathered: Gathered): Promise<'none' | 'empty' | 'loss'>;
  /** Writes the rows within a transaction and answers how many there are. */
  store(
    transaction: Queryable,
    scope: { skId: string; date: LearningDate; erasedStudents: ReadonlySet<string> },
    gathered: Gathered,
  ): Promise<number>;
}

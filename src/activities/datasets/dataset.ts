import type { Queryable } from '../../adapters/database/database';
import type { LmsAccount, LmsCallOptions, LmsClient } from '../../adapters/lms/lms-client';
import type { LearningDate } from '../../domain/learning-date';

/**
 * Calls of one dataset that wait or are under way at once: a whole cohort of the usual size. The limiter serves first
 * who came first, so that cohorts finish one after the other; with fewer calls they would all take turns, end at the same
 * moment, and leave the slots empty while all of them are written. Bounded, so that the calls of a large cohort take no
 * more memory.
 */
export const OUTSTANDING_CALLS = 100;

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
  /** Writes the rows within a transaction and answers how many there are. */
  store(
    transaction: Queryable,
    scope: { skId: string; date: LearningDate; erasedStudents: ReadonlySet<string> },
    gathered: Gathered,
  ): Promise<number>;
}

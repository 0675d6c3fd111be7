import { hasStoredRows } from '../../../adapters/database/collection/sync-table';
import type { Queryable } from '../../../adapters/database/core/database';
import type { DataType } from '../../../domain/collection/data-type';
import type { Dataset, TableRows } from '../../../domain/collection/datasets/define-dataset';
import { DATASETS, type ListingOf } from '../../../domain/collection/datasets/all-datasets';
import { ServiceError } from '../../../domain/shared/service-error';
import { gatherListing, type LmsSource } from './gather-listing';
import type { RosterProof, SiblingReadings } from './sibling-readings';

/** It is asked for when the others were gathered: a course always has units, so they prove that the session lived so long. */
const ASKED_LAST: DataType = 'roadmap';

/** Sessions that end one after the other without proof. The next pass tries again. */
const MOST_GATHERINGS = 5;

export interface DatasetSource extends LmsSource {
  siblings: SiblingReadings;
}

/**
 * Reads one data type of a cohort from the LMS and returns the rows of its tables. A session can die and go on answering with
 * empty lists, so a listing counts only when something that was listed later in the same session proves its empty lists; a
 * listing without proof is gathered again. Usually a sibling's list or the roadmap is the proof; else it is one more request
 * for the roster. No table loses all of its rows while the roster is empty.
 * @throws ServiceError as LmsClient does; LMS_SESSION_REJECTED when session after session ends; LMS_EMPTY_ROSTER when the
 *   roster is empty in a new session too although rows are stored
 */
export async function readDataset<Type extends DataType>(
  db: Queryable,
  dataType: Type,
  source: DatasetSource,
): Promise<TableRows[]> {
  const dataset: Dataset<ListingOf<Type>> = DATASETS[dataType];
  const { lms, account, siblings } = source;
  for (let time = 1; time <= MOST_GATHERINGS; time += 1) {
    if (dataType === ASKED_LAST) await siblings.whenOthersGathered(dataType);
    const { generation } = lms.session(account);
    const listing = await gatherListing(dataType, source).finally(() => siblings.markGathered(dataType));
    const tables = dataset.toRows(listing);
    let proof = await findProof(dataType, source, generation);
    if (proof === 'dead') continue;
    if (!(await losesTable(db, tables, account.skId))) return tables;
    if (proof === 'alive') proof = await proveOnce(source);
    if (proof === 'alive') return tables;
    if (proof === 'empty') throw emptyRoster(account.skId);
  }
  throw new ServiceError(
    'LMS_SESSION_REJECTED',
    `Cohort ${account.skId}, ${dataType}: the LMS ended its sessions while they were used, ${MOST_GATHERINGS} times in a row. ` +
      'It is tried again by itself; if this lasts, somebody else logs in with this account.',
  );
}

/** Whether the empty lists since this generation are true. */
async function findProof(dataType: DataType, source: DatasetSource, generation: number): Promise<RosterProof> {
  const { lms, account, siblings } = source;
  const known = (): RosterProof | undefined => {
    const { newestDoubtful, isProven } = lms.session(account);
    if (newestDoubtful >= generation) return 'dead';
    return isProven ? 'alive' : undefined;
  };
  const atOnce = known();
  if (atOnce !== undefined) return atOnce;
  await siblings.whenOthersGathered(dataType);
  const later = known();
  if (later !== undefined) return later;
  const proof = await proveOnce(source);
  return proof === 'empty' ? proof : (known() ?? proof);
}

function proveOnce(source: DatasetSource): Promise<RosterProof> {
  const { lms, account, siblings } = source;
  return siblings.prove(lms.session(account).generation, () => proveByRoster(source));
}

async function proveByRoster({ lms, account, options }: LmsSource): Promise<RosterProof> {
  if ((await lms.listStudents(account, options)).length > 0) return 'alive';
  lms.forgetSession(account);
  return (await lms.listStudents(account, options)).length > 0 ? 'dead' : 'empty';
}

/** Whether a table would become empty. */
async function losesTable(db: Queryable, tables: readonly TableRows[], skId: string): Promise<boolean> {
  for (const { table, rows } of tables) {
    if (rows.length === 0 && (await hasStoredRows(db, table, skId))) return true;
  }
  return false;
}

function emptyRoster(skId: string): ServiceError {
  return new ServiceError(
    'LMS_EMPTY_ROSTER',
    `The LMS lists no student of ${skId}, also after a new log-in, though it had students. ` +
      'What is stored stays. Check the account and the cohort at the LMS; then collect again.',
  );
}

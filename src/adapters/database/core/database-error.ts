import { ServiceError } from '../../../domain/shared/service-error';

interface DriverError {
  code?: string;
  errno?: number;
  fatal?: boolean;
  /** Set by the session: the statements of the packet that failed, without data. */
  operation?: string;
}

/** The connection is lost or was never made. */
const CONNECTION_CODES = new Set([
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'PROTOCOL_PACKETS_OUT_OF_ORDER',
  'ECONNRESET',
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ER_SERVER_SHUTDOWN',
  'ER_CON_COUNT_ERROR',
  'ER_NEW_ABORTING_CONNECTION',
  'ER_CONNECTION_KILLED',
  'ER_QUERY_INTERRUPTED',
]);

/**
 * Error numbers of MySQL and MariaDB for statements that can never work: unknown column, duplicate key, syntax, wrong number
 * of columns, NULL or a value that the column cannot store, a missing or still used parent row, a failed check, broken JSON.
 * Every other failure is worth another try.
 */
const NEVER_WORKS = new Set([1048, 1054, 1062, 1064, 1136, 1264, 1292, 1366, 1406, 1451, 1452, 3140, 3819, 4025]);

/** Deadlock, lock wait timeout, and MariaDB's "record has changed since last read". */
const CONFLICT_NUMBERS = new Set([1213, 1205, 1020]);

/**
 * The server takes no writes: it is a replica, or it was the primary before a failover. Worth repeating at once, because the
 * failed connection is not used again and the next one may lead to the new primary.
 */
const READ_ONLY_CODES = new Set([
  'ER_OPTION_PREVENTS_STATEMENT',
  'ER_READ_ONLY_MODE',
  'ER_INNODB_READ_ONLY',
  'ER_OPEN_AS_READONLY',
  'ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION',
]);

/** Errors that a person must solve at the server, with what to do. The statement is fine, so a later try may succeed. */
const SOLVED_AT_THE_SERVER: readonly { codes: readonly string[]; sentence: (name: string) => string }[] = [
  {
    codes: ['ER_ACCESS_DENIED_ERROR', 'ER_DBACCESS_DENIED_ERROR', 'ER_MUST_CHANGE_PASSWORD'],
    sentence: (name) => `The database refused the user (${name}): check OPENEG_YOS_DB_USER and OPENEG_YOS_DB_PASS.`,
  },
  {
    codes: ['ER_TABLEACCESS_DENIED_ERROR', 'ER_COLUMNACCESS_DENIED_ERROR', 'ER_SPECIFIC_ACCESS_DENIED_ERROR'],
    sentence: (name) =>
      `The database's user lacks a right (${name}): grant OPENEG_YOS_DB_USER all rights on the schema that OPENEG_YOS_DB_NAME names.`,
  },
  {
    codes: ['ER_BAD_DB_ERROR'],
    sentence: (name) =>
      `The database has no schema of that name (${name}): create the one that OPENEG_YOS_DB_NAME names, then run "openeg migrate".`,
  },
  {
    codes: ['ER_NO_SUCH_TABLE'],
    sentence: (name) => `The database has no such table (${name}): run "openeg migrate".`,
  },
  {
    codes: [...READ_ONLY_CODES],
    sentence: (name) =>
      `The database takes no writes (${name}): end its read-only mode, or have OPENEG_YOS_DB_HOST lead to the primary.`,
  },
  {
    codes: ['ER_DISK_FULL', 'EE_DISK_FULL', 'ER_RECORD_FILE_FULL', 'ER_ERROR_ON_WRITE', 'EE_WRITE', 'ER_GET_ERRNO'],
    sentence: (name) => `The database can't write to its disk (${name}): make room, or see the server's log.`,
  },
  {
    codes: [
      'ER_OUTOFMEMORY',
      'ER_OUT_OF_SORTMEMORY',
      'ER_OUT_OF_RESOURCES',
      'ER_LOCK_TABLE_FULL',
      'ER_TOO_MANY_CONCURRENT_TRXS',
      'ER_USER_LIMIT_REACHED',
    ],
    sentence: (name) =>
      `The database is out of memory or at a limit of its own (${name}): give the server more, or end what else uses it.`,
  },
];

function asDriverError(error: unknown): DriverError | undefined {
  // mysql2's error for a closed connection has neither code nor number, only `fatal`.
  const isDriverError = error instanceof Error && ('code' in error || 'errno' in error || 'fatal' in error);
  return isDriverError ? (error as DriverError) : undefined;
}

export function isConnectionFailure(error: unknown): boolean {
  const driverError = asDriverError(error);
  if (driverError === undefined || error instanceof ServiceError) return false;
  return CONNECTION_CODES.has(driverError.code ?? '') || driverError.fatal === true;
}

/** Whether the whole transaction may succeed when it is repeated at once on another connection. */
export function isWorthRepeating(error: unknown): boolean {
  const driverError = asDriverError(error);
  return (
    isConnectionFailure(error) ||
    CONFLICT_NUMBERS.has(driverError?.errno ?? 0) ||
    READ_ONLY_CODES.has(driverError?.code ?? '')
  );
}

/**
 * A ServiceError for a driver's error, with its code and without its message, which can quote data ("Duplicate entry '…'").
 * Other errors are returned as they are.
 */
export function translateDatabaseError(error: unknown): unknown {
  const driverError = asDriverError(error);
  if (driverError === undefined || error instanceof ServiceError) return error;
  const name = driverError.code ?? String(driverError.errno ?? 'connection closed');
  const known = SOLVED_AT_THE_SERVER.find(({ codes }) => codes.includes(name));
  if (known !== undefined) return new ServiceError('DATABASE_UNAVAILABLE', known.sentence(name));
  return NEVER_WORKS.has(driverError.errno ?? 0)
    ? new ServiceError('DATABASE_REJECTED', `The database refused ${driverError.operation || 'a statement'} (${name}).`)
    : new ServiceError('DATABASE_UNAVAILABLE', `The database can't be reached or is busy (${name}).`);
}

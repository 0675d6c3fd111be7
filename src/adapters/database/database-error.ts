import { ServiceError } from '../../domain/service-error';

interface DriverError {
  code?: string;
  errno?: number;
  fatal?: boolean;
}

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

/** Deadlock, lock wait, and MariaDB's "record has changed since last read". */
const CONFLICT_NUMBERS = new Set([1213, 1205, 1020]);

function asDriverError(error: unknown): DriverError | undefined {
  return error instanceof Error && ('code' in error || 'errno' in error) ? (error as DriverError) : undefined;
}

export function isConnectionFailure(error: unknown): boolean {
  const driverError = asDriverError(error);
  if (driverError === undefined || error instanceof ServiceError) return false;
  return CONNECTION_CODES.has(driverError.code ?? '') || driverError.fatal === true;
}

/** A failure after which the whole transaction may be run again. */
export function isWorthWholeTransaction(error: unknown): boolean {
  return isConnectionFailure(error) || CONFLICT_NUMBERS.has(asDriverError(error)?.errno ?? 0);
}

/**
 * A driver's message can quote data ("Duplicate entry '…'"), so only its code is passed on. Errors that are not the
 * driver's come back as they are.
 */
export function translateDatabaseError(error: unknown): unknown {
  const driverError = asDriverError(error);
  if (driverError === undefined || error instanceof ServiceError) return error;
  const name = driverError.code ?? String(driverError.errno);
  if (name === 'ER_ACCESS_DENIED_ERROR' || name === 'ER_DBACCESS_DENIED_ERROR') {
    return new ServiceError(
      'DATABASE_UNAVAILABLE',
      `The database refused the user (${name}): check OPENEG_YOS_DB_USER and OPENEG_YOS_DB_PASS.`,
    );
  }
  if (name === 'ER_BAD_DB_ERROR') {
    return new ServiceError(
      'DATABASE_UNAVAILABLE',
      `The database has no schema of that name (${name}): create the one that OPENEG_YOS_DB_NAME names, then run "openeg migrate".`,
    );
  }
  if (name === 'ER_NO_SUCH_TABLE') {
    return new ServiceError('DATABASE_UNAVAILABLE', `The database has no such table (${name}): run "openeg migrate".`);
  }
  return isWorthWholeTransaction(error)
    ? new ServiceError('DATABASE_UNAVAILABLE', `The database can't be reached or is busy (${name}).`)
    : new ServiceError('DATABASE_REJECTED', `The database refused a statement (${name}).`);
}

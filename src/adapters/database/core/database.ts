import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { openConnections, type ConnectionOptions } from './connections';
import { isConnectionFailure, isWorthRepeating, translateDatabaseError } from './database-error';
import { createSession, type Queryable, type Session, type Statement } from './session';

export type { Queryable, SqlParameters, SqlValue, Statement } from './session';

/** The next step after rows were read and locked: the last writes of the transaction, or writes before reading again. */
export type WriteDecision<Result> = { write: readonly Statement[]; result: Result } | { prepare: readonly Statement[] };

/**
 * The one way to the database. Each call gets a connection and a few tries; every method throws ServiceError
 * DATABASE_UNAVAILABLE or DATABASE_REJECTED where they all fail.
 */
export interface Database extends Queryable {
  /**
   * Runs `work` in one transaction (READ COMMITTED, decision 0004). Deadlocks, lock waits and lost connections repeat it
   * from its start, so `work` must use only `transaction`, and its effects must bear repetition.
   * @throws also whatever `work` threw
   */
  transaction<Result>(work: (transaction: Queryable) => Promise<Result>): Promise<Result>;
  /**
   * A transaction in two round trips, or a few more where much is written: it starts with `read`, which takes the locks
   * that it needs, and ends with the writes of `decide`. `decide` gets the rows of each statement of `read`, and is
   * repeated with the transaction.
   * @throws also whatever `decide` threw
   */
  readThenWrite<Result>(
    read: readonly Statement[],
    decide: (results: object[][]) => WriteDecision<Result>,
  ): Promise<Result>;
  /**
   * Runs `work` while this session has the schema's lock of this name. Waits `waitMs` for the lock, and then returns
   * undefined. With `withoutTimeout` the statements of `work`, and the wait, take as long as they need.
   */
  withLock<Result>(
    name: string,
    options: { waitMs: number; withoutTimeout?: true },
    work: (session: Queryable) => Promise<Result>,
  ): Promise<Result | undefined>;
  /**
   * Increases when a connection broke and when a new connection leads to another server, or to the same one started
   * anew. Rows that were committed before can then be missing: a replica may lack the last moments, a backup may be older.
   * So a memory of rows that exist must be emptied when this number changed.
   */
  generation(): number;
  /** The pool's connections now: open ones (idle ones included), idle ones, and callers that wait for one. */
  pool(): { open: number; idle: number; waiting: number };
  close(): Promise<void>;
}

export interface DatabaseOptions extends ConnectionOptions {
  /** After this time a statement fails and its connection is dropped. */
  statementTimeoutMs?: number;
}

const TRIES = 4;
/** mysql2 sets no timer for it. */
const NO_TIMEOUT = 0;
/** Of a named lock, in both databases. */
const MAX_LOCK_NAME_LENGTH = 64;
const START: Statement = { sql: 'START TRANSACTION', parameters: [] };
const COMMIT: Statement = { sql: 'COMMIT', parameters: [] };

/** Opens a pool. The first connection is made by the first call. */
export function openDatabase(options: DatabaseOptions): Database {
  const connections = openConnections(options);
  const statementTimeoutMs = options.statementTimeoutMs ?? 30_000;
  let failedConnections = 0;

  /** After a failure the connection may be in any state, for instance inside a transaction: it is not used again. */
  const onConnection = async <Result>(
    work: (session: Session) => Promise<Result>,
    timeoutMs: number,
  ): Promise<Result> => {
    const connection = await connections.acquire();
    try {
      const result = await work(createSession(connection, timeoutMs));
      connection.release();
      return result;
    } catch (error) {
      connection.destroy();
      throw error;
    }
  };

  const inTries = async <Result>(
    isRepeated: (error: unknown) => boolean,
    work: (session: Session) => Promise<Result>,
    timeoutMs = statementTimeoutMs,
  ): Promise<Result> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await onConnection(work, timeoutMs);
      } catch (error) {
        if (isConnectionFailure(error)) failedConnections += 1;
        if (attempt === TRIES || !isRepeated(error)) throw translateDatabaseError(error);
        await sleep(Math.random() * 50 * 2 ** attempt);
      }
    }
  };

  return {
    query: (sql, parameters) => inTries(isConnectionFailure, (session) => session.query(sql, parameters)),
    execute: (sql, parameters) => inTries(isWorthRepeating, (session) => session.execute(sql, parameters)),
    transaction: (work) =>
      inTries(isWorthRepeating, async (session) => {
        await session.execute(START.sql);
        const result = await work(session);
        await session.execute(COMMIT.sql);
        return result;
      }),
    readThenWrite: (read, decide) =>
      inTries(isWorthRepeating, async (session) => {
        let before: readonly Statement[] = [START];
        for (;;) {
          const results = await session.queryTogether([...before, ...read]);
          const decision = decide(results.slice(before.length) as object[][]);
          if ('write' in decision) {
            await session.executeInPackets([...decision.write, COMMIT]);
            return decision.result;
          }
          before = decision.prepare;
        }
      }),
    withLock: (name, { waitMs, withoutTimeout }, work) =>
      inTries(
        isConnectionFailure,
        async (session) => {
          const lock = lockName(options.name, name);
          const [row] = await session.query<{ isTaken: number | null }>('SELECT GET_LOCK(?, ?) AS isTaken', [
            lock,
            waitMs / 1000,
          ]);
          if (row?.isTaken !== 1) return undefined;
          const result = await work(session);
          await session.query('SELECT RELEASE_LOCK(?)', [lock]);
          return result;
        },
        withoutTimeout === true ? NO_TIMEOUT : statementTimeoutMs,
      ),
    generation: () => connections.generation() + failedConnections,
    pool: connections.state,
    close: connections.close,
  };
}

export interface TimeRow {
  now: Date;
}

export const SELECT_NOW: Statement = { sql: 'SELECT UTC_TIMESTAMP(3) AS now', parameters: [] };

/** The database's time, to the millisecond: the only clock by which readings and requests are compared (decision 0003). */
export async function databaseTime(db: Queryable): Promise<Date> {
  const [row] = await db.query<TimeRow>(SELECT_NOW.sql);
  if (row === undefined) throw new Error('SELECT without a table returned no row');
  return row.now;
}

/** Named locks belong to the server, so two schemas on one server would wait for each other without the schema's name. */
function lockName(schema: string | undefined, name: string): string {
  const full = `${schema ?? ''}/${name}`;
  if (full.length <= MAX_LOCK_NAME_LENGTH) return full;
  return createHash('sha256').update(full).digest('hex');
}

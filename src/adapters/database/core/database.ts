import { createPool, type Pool, type PoolConnection } from 'mysql2/promise';
import { setTimeout as sleep } from 'node:timers/promises';
import { isConnectionFailure, isWorthRepeating, translateDatabaseError } from './database-error';
import { createSession, type Queryable, type Session, type Statement } from './session';

export type { Queryable, SqlParameters, SqlValue, Statement } from './session';

/** What follows from rows that were read and locked: the last writes of the transaction, or writes before reading again. */
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
  /** Runs `work` while this session has the named lock. Waits `timeoutMs` for the lock, and then returns undefined. */
  withLock<Result>(
    name: string,
    timeoutMs: number,
    work: (session: Queryable) => Promise<Result>,
  ): Promise<Result | undefined>;
  /** The pool's connections now: open ones (idle ones included), idle ones, and callers that wait for one. */
  pool(): { open: number; idle: number; waiting: number };
  close(): Promise<void>;
}

export interface DatabaseOptions {
  host: string;
  port: number;
  user: string;
  password: string;
  /** The schema; undefined connects to the server alone. */
  name: string | undefined;
  /** Most connections at once, 1 or more. */
  connectionLimit: number;
  /** After this time a statement fails and its connection is dropped. */
  statementTimeoutMs?: number;
}

const TRIES = 4;
const START: Statement = { sql: 'START TRANSACTION', parameters: [] };
const COMMIT: Statement = { sql: 'COMMIT', parameters: [] };
const SESSION_SETUP = [
  "SET time_zone = '+00:00', sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
];

/** Opens a pool. The first connection is made by the first call. */
export function openDatabase(options: DatabaseOptions): Database {
  const pool = openPool(options);
  const statementTimeoutMs = options.statementTimeoutMs ?? 30_000;
  const preparedConnections = new WeakSet<object>();

  const acquire = async (): Promise<PoolConnection> => {
    const connection = await pool.getConnection();
    if (preparedConnections.has(connection.connection)) return connection;
    try {
      for (const statement of SESSION_SETUP) await connection.query(statement);
    } catch (error) {
      connection.destroy();
      throw error;
    }
    preparedConnections.add(connection.connection);
    return connection;
  };

  /** After a failure the connection may be in any state, for instance inside a transaction: it is not used again. */
  const onConnection = async <Result>(work: (session: Session) => Promise<Result>): Promise<Result> => {
    const connection = await acquire();
    try {
      const result = await work(createSession(connection, statementTimeoutMs));
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
  ): Promise<Result> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await onConnection(work);
      } catch (error) {
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
    withLock: (name, timeoutMs, work) =>
      inTries(isConnectionFailure, async (session) => {
        const [row] = await session.query<{ isTaken: number | null }>('SELECT GET_LOCK(?, ?) AS isTaken', [
          name,
          timeoutMs / 1000,
        ]);
        if (row?.isTaken !== 1) return undefined;
        const result = await work(session);
        await session.query('SELECT RELEASE_LOCK(?)', [name]);
        return result;
      }),
    pool: () => poolState(pool),
    close: () => pool.end(),
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

function openPool({ host, port, user, password, name, connectionLimit }: DatabaseOptions): Pool {
  return createPool({
    ...{ host, port, user, password, connectionLimit },
    ...(name === undefined ? {} : { database: name }),
    charset: 'utf8mb4_bin',
    timezone: 'Z',
    dateStrings: ['DATE'],
    // Without FOUND_ROWS an upsert that changes nothing reports 0: see `affectedRows`.
    flags: ['-FOUND_ROWS'],
    // `readThenWrite` needs it. No injection becomes possible: statements are constant texts, values are parameters.
    multipleStatements: true,
    maxIdle: Math.min(connectionLimit, 4),
    idleTimeout: 30_000,
    connectTimeout: 5_000,
    enableKeepAlive: true,
  });
}

/** mysql2 has no public gauge of its pool. These fields exist since its first version. */
function poolState(pool: Pool): { open: number; idle: number; waiting: number } {
  const inner = pool.pool as unknown as Record<
    '_allConnections' | '_freeConnections' | '_connectionQueue',
    { length: number }
  >;
  return {
    open: inner._allConnections.length,
    idle: inner._freeConnections.length,
    waiting: inner._connectionQueue.length,
  };
}

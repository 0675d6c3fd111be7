import { createPool, type Pool, type PoolConnection, type ResultSetHeader, type RowDataPacket } from 'mysql2/promise';
import { setTimeout as sleep } from 'node:timers/promises';
import { ownTurn } from '../../shared/event-loop-turns';
import { isConnectionFailure, isWorthWholeTransaction, translateDatabaseError } from './database-error';

export type SqlValue = string | number | bigint | boolean | Date | Buffer | null;
export type SqlParameters = readonly (SqlValue | readonly SqlValue[] | readonly (readonly SqlValue[])[])[];

/** What a query function needs: a whole database, or the transaction that it shall take part in. */
export interface Queryable {
  /** Rows of a SELECT. */
  query<Row extends object>(sql: string, parameters?: SqlParameters): Promise<Row[]>;
  /**
   * Runs a statement that changes something. `affectedRows` counts changed rows, not found ones: an upsert reports 1
   * for an insert, 2 for a change, 0 for neither.
   */
  execute(sql: string, parameters?: SqlParameters): Promise<{ affectedRows: number; insertId: number }>;
}

export interface Statement {
  sql: string;
  parameters: SqlParameters;
}

/** What follows from rows that were read and locked: writes that end the transaction, or some before they are read again. */
export type WriteDecision<Result> = { write: readonly Statement[]; result: Result } | { prepare: readonly Statement[] };

export interface Database extends Queryable {
  /**
   * Runs `work` in one transaction (READ COMMITTED). Deadlocks, lock waits and lost connections run it again from its
   * start, so `work` must not touch anything but `transaction`, and its effects must bear being repeated.
   * @throws ServiceError DATABASE_UNAVAILABLE, DATABASE_REJECTED, or whatever `work` threw
   */
  transaction<Result>(work: (transaction: Queryable) => Promise<Result>): Promise<Result>;
  /**
   * A transaction in two round trips, or a few where much is written: it begins with `read`, which locks what it must,
   * and ends with what `decide` wants written. `decide` sees the rows of each statement of `read` and nothing else, and is
   * repeated with the transaction.
   * @throws ServiceError DATABASE_UNAVAILABLE, DATABASE_REJECTED, or whatever `decide` threw
   */
  readThenWrite<Result>(
    read: readonly Statement[],
    decide: (results: object[][]) => WriteDecision<Result>,
  ): Promise<Result>;
  /** Runs `work` while this session holds the named lock; waits for it for `timeoutMs` and answers undefined if it stays taken. */
  withLock<Result>(
    name: string,
    timeoutMs: number,
    work: (session: Queryable) => Promise<Result>,
  ): Promise<Result | undefined>;
  /** Connections of the pool now: open ones, idle ones among them, and callers that wait for one. */
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
  /** After this time a statement counts as lost and its connection is dropped. */
  statementTimeoutMs?: number;
}

const TRIES = 4;
/** Of one packet of statements, so that they need few round trips; a longer statement goes alone. */
const PACKET_CHARACTERS = 256 * 1024;
/** Making this much SQL from values takes about a millisecond. */
const TURN_CHARACTERS = 16 * 1024;
const START: Statement = { sql: 'START TRANSACTION', parameters: [] };
const COMMIT: Statement = { sql: 'COMMIT', parameters: [] };
const SESSION_SETUP = [
  "SET time_zone = '+00:00', sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
];

/** Opens a pool; nothing is asked of the server before the first query. */
export function openDatabase(options: DatabaseOptions): Database {
  const pool = createPool({
    host: options.host,
    port: options.port,
    user: options.user,
    password: options.password,
    ...(options.name === undefined ? {} : { database: options.name }),
    charset: 'utf8mb4_bin',
    timezone: 'Z',
    dateStrings: ['DATE'],
    // Without FOUND_ROWS an unchanged upsert reports 0, and a repeated insert can be told from a first one.
    flags: ['-FOUND_ROWS'],
    // For `readThenWrite` alone. Values never become SQL: every statement is a constant text with placeholders.
    multipleStatements: true,
    connectionLimit: options.connectionLimit,
    maxIdle: Math.min(options.connectionLimit, 4),
    idleTimeout: 30_000,
    connectTimeout: 5_000,
    enableKeepAlive: true,
  });
  const timeout = options.statementTimeoutMs ?? 30_000;

  const acquire = async (): Promise<PoolConnection> => {
    const connection = await pool.getConnection();
    const marked = connection.connection as unknown as { openegReady?: boolean };
    if (!marked.openegReady) {
      try {
        for (const statement of SESSION_SETUP) await connection.query(statement);
      } catch (error) {
        connection.destroy();
        throw error;
      }
      marked.openegReady = true;
    }
    return connection;
  };

  const session = (connection: PoolConnection): Queryable => ({
    async query<Row extends object>(sql: string, parameters: SqlParameters = []) {
      const [rows] = await connection.query<RowDataPacket[]>({ sql, timeout }, parameters as unknown[]);
      return rows as unknown as Row[];
    },
    async execute(sql, parameters = []) {
      const [header] = await connection.query<ResultSetHeader>({ sql, timeout }, parameters as unknown[]);
      return { affectedRows: header.affectedRows, insertId: header.insertId };
    },
  });

  /** Several statements in one round trip; the first that fails ends them. Answers the result of each. */
  const together = async (connection: PoolConnection, statements: readonly Statement[]): Promise<unknown[]> => {
    const sql = statements.map((statement) => statement.sql).join(';');
    const parameters = statements.flatMap((statement) => statement.parameters);
    const [results] = await connection.query<RowDataPacket[][]>({ sql, timeout }, parameters);
    return statements.length === 1 ? [results] : results;
  };

  /** Statements in as few round trips as there are packets; between long ones the process looks after its sockets. */
  const inPackets = async (connection: PoolConnection, statements: readonly Statement[]): Promise<void> => {
    let packet: string[] = [];
    let packetLength = 0;
    let lengthOfTurn = 0;
    for (const { sql, parameters } of statements) {
      if (lengthOfTurn > TURN_CHARACTERS) {
        await ownTurn();
        lengthOfTurn = 0;
      }
      const text = connection.format(sql, parameters);
      if (packet.length > 0 && packetLength + text.length > PACKET_CHARACTERS) {
        await connection.query({ sql: packet.join(';'), timeout });
        packet = [];
        packetLength = 0;
      }
      packet.push(text);
      packetLength += text.length;
      lengthOfTurn += text.length;
    }
    await connection.query({ sql: packet.join(';'), timeout });
  };

  /** A connection on which something failed unexpectedly may be half-way through anything: it is never reused. */
  const withConnection = async <Result>(
    work: (session: Queryable, connection: PoolConnection) => Promise<Result>,
  ): Promise<Result> => {
    const connection = await acquire();
    try {
      const result = await work(session(connection), connection);
      connection.release();
      return result;
    } catch (error) {
      connection.destroy();
      throw error;
    }
  };

  const retrying = async <Result>(again: (error: unknown) => boolean, work: () => Promise<Result>): Promise<Result> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work();
      } catch (error) {
        if (attempt === TRIES || !again(error)) throw translateDatabaseError(error);
        await sleep(Math.random() * 50 * 2 ** attempt);
      }
    }
  };

  return {
    query: (sql, parameters) =>
      retrying(isConnectionFailure, () => withConnection((connection) => connection.query(sql, parameters))),
    execute: (sql, parameters) =>
      retrying(isWorthWholeTransaction, () => withConnection((connection) => connection.execute(sql, parameters))),
    transaction: (work) =>
      retrying(isWorthWholeTransaction, () =>
        withConnection(async (connection) => {
          await connection.execute(START.sql);
          const result = await work(connection);
          await connection.execute(COMMIT.sql);
          return result;
        }),
      ),
    readThenWrite: (read, decide) =>
      retrying(isWorthWholeTransaction, () =>
        withConnection(async (_session, connection) => {
          let before: readonly Statement[] = [START];
          for (;;) {
            const results = await together(connection, [...before, ...read]);
            const decision = decide(results.slice(before.length) as object[][]);
            if ('write' in decision) {
              await inPackets(connection, [...decision.write, COMMIT]);
              return decision.result;
            }
            before = decision.prepare;
          }
        }),
      ),
    withLock: (name, timeoutMs, work) =>
      retrying(isConnectionFailure, () =>
        withConnection(async (connection) => {
          const [row] = await connection.query<{ taken: number | null }>('SELECT GET_LOCK(?, ?) AS taken', [
            name,
            timeoutMs / 1000,
          ]);
          if (row?.taken !== 1) return undefined;
          const result = await work(connection);
          await connection.query('SELECT RELEASE_LOCK(?)', [name]);
          return result;
        }),
      ),
    pool: () => poolState(pool),
    close: () => pool.end(),
  };
}

/** mysql2 has no public gauge of its pool; these fields have been there since its first version. */
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

import type { PoolConnection, ResultSetHeader, RowDataPacket } from 'mysql2/promise';

export type SqlValue = string | number | bigint | boolean | Date | Buffer | null;
export type SqlParameters = readonly (SqlValue | readonly SqlValue[] | readonly (readonly SqlValue[])[])[];

export interface Statement {
  sql: string;
  parameters: SqlParameters;
}

/** A query function needs this: the database, or the transaction that it takes part in. */
export interface Queryable {
  /** Rows of a SELECT. */
  query<Row extends object>(sql: string, parameters?: SqlParameters): Promise<Row[]>;
  /**
   * Runs a statement that changes something. `affectedRows` counts changed rows, not found ones: an upsert reports 1
   * for an insert, 2 for a change, 0 for neither.
   */
  execute(sql: string, parameters?: SqlParameters): Promise<{ affectedRows: number; insertId: number }>;
}

/** Statements on one connection. */
export interface Session extends Queryable {
  /** Runs statements in one round trip, up to the first that fails. Returns the result of each. */
  queryTogether(statements: readonly Statement[]): Promise<unknown[]>;
  /** Runs any number of statements in packets that `max_allowed_packet` permits, up to the first that fails. */
  executeInPackets(statements: readonly Statement[]): Promise<void>;
}

/**
 * A packet has as many statements as fit, and at least one. Far below the smallest usual `max_allowed_packet` (4 MiB), and
 * making the SQL of a packet keeps the process busy for less than 10 ms (decision 0015).
 */
const PACKET_CHARACTERS = 256 * 1024;

/** @param timeoutMs after this time a statement fails and the connection is unusable; 0 sets no limit */
export function createSession(connection: PoolConnection, timeoutMs: number): Session {
  const run = async <Result extends RowDataPacket[] | RowDataPacket[][] | ResultSetHeader>(
    sql: string,
    parameters: SqlParameters,
    operation: string,
  ): Promise<Result> => {
    try {
      const [result] = await connection.query<Result>({ sql, timeout: timeoutMs }, parameters as unknown[]);
      return result;
    } catch (error) {
      throw Object.assign(error as object, { operation });
    }
  };

  return {
    async query<Row extends object>(sql: string, parameters: SqlParameters = []) {
      return (await run<RowDataPacket[]>(sql, parameters, operationOf([sql]))) as unknown as Row[];
    },

    async execute(sql, parameters = []) {
      const header = await run<ResultSetHeader>(sql, parameters, operationOf([sql]));
      return { affectedRows: header.affectedRows, insertId: header.insertId };
    },

    async queryTogether(statements) {
      const texts = statements.map(({ sql }) => sql);
      const parameters = statements.flatMap((statement) => statement.parameters);
      const results = await run<RowDataPacket[][]>(texts.join(';'), parameters, operationOf(texts));
      return statements.length === 1 ? [results] : results;
    },

    async executeInPackets(statements) {
      let packet: string[] = [];
      let texts: string[] = [];
      let packetCharacters = 0;
      const send = () => run(packet.join(';'), [], operationOf(texts));
      for (const { sql, parameters } of statements) {
        const text = connection.format(sql, parameters);
        if (packet.length > 0 && packetCharacters + text.length > PACKET_CHARACTERS) {
          await send();
          packet = [];
          texts = [];
          packetCharacters = 0;
        }
        packet.push(text);
        texts.push(sql);
        packetCharacters += text.length;
      }
      await send();
    },
  };
}

/**
 * A short name of statements for an error's sentence: the verb and table of each, once. The texts are constants of this
 * program with placeholders for values, so the name holds no data.
 */
function operationOf(texts: readonly string[]): string {
  const names = texts.flatMap((text) => {
    const [, verb, table] = /^\s*([A-Z]+)(?:.*?\b(openeg_\w+))?/s.exec(text) ?? [];
    return table === undefined ? [] : [`${verb} ${table}`];
  });
  return [...new Set(names)].join(', ');
}

import { createPool, type Pool, type PoolConnection, type RowDataPacket } from 'mysql2/promise';

export interface ConnectionOptions {
  host: string;
  port: number;
  user: string;
  password: string;
  /** The schema; undefined connects to the server alone. */
  name: string | undefined;
  /** Most connections at once, 1 or more. */
  connectionLimit: number;
}

/** A pool of prepared connections. */
export interface Connections {
  /** @throws the driver's error */
  acquire(): Promise<PoolConnection>;
  /** See `Database.generation`. */
  generation(): number;
  /** Connections now: open ones (idle ones included), idle ones, and callers that wait for one. */
  state(): { open: number; idle: number; waiting: number };
  close(): Promise<void>;
}

/** A host name can lead to another server after a failover: an older connection would stay with the first one for ever. */
const MAX_AGE_MS = 30 * 60_000;
const SETUP_TIMEOUT_MS = 10_000;
/** `Uptime` counts whole seconds, and both clocks are read at slightly different moments. */
const START_TOLERANCE_MS = 10_000;

const SETUP = [
  "SET time_zone = '+00:00', sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  'SELECT @@hostname AS host, @@port AS port, UTC_TIMESTAMP(3) AS now',
  "SHOW GLOBAL STATUS LIKE 'Uptime'",
];

/** MariaDB has no `@@server_uuid`: these three tell one server from another, and one start of a server from the next. */
interface ServerIdentity {
  host: string;
  port: number;
  startedAtMs: number;
}

/** Opens a pool. The first connection is made by the first call. */
export function openConnections(options: ConnectionOptions): Connections {
  const pool = openPool(options);
  const openedAt = new WeakMap<object, number>();
  let generation = 0;
  let server: ServerIdentity | undefined;

  const prepare = async (connection: PoolConnection): Promise<void> => {
    const identity = await setUp(connection);
    if (server !== undefined && !isSameServer(server, identity)) generation += 1;
    server = identity;
    openedAt.set(connection.connection, performance.now());
    // Of an idle connection no statement learns that it broke.
    connection.connection.once('error', () => (generation += 1));
  };

  return {
    async acquire() {
      for (;;) {
        const connection = await pool.getConnection();
        const opened = openedAt.get(connection.connection);
        if (opened !== undefined && performance.now() - opened <= MAX_AGE_MS) return connection;
        try {
          if (opened === undefined) {
            await prepare(connection);
            return connection;
          }
          connection.destroy();
        } catch (error) {
          connection.destroy();
          throw error;
        }
      }
    },
    generation: () => generation,
    state: () => poolState(pool),
    close: () => pool.end(),
  };
}

async function setUp(connection: PoolConnection): Promise<ServerIdentity> {
  const [results] = await connection.query<RowDataPacket[][]>({ sql: SETUP.join(';'), timeout: SETUP_TIMEOUT_MS });
  const [server] = results[2] as [{ host: string; port: number; now: Date }];
  const [uptime] = results[3] as [{ Value: string }];
  return { host: server.host, port: server.port, startedAtMs: server.now.getTime() - Number(uptime.Value) * 1000 };
}

function isSameServer(one: ServerIdentity, other: ServerIdentity): boolean {
  return (
    one.host === other.host &&
    one.port === other.port &&
    Math.abs(one.startedAtMs - other.startedAtMs) <= START_TOLERANCE_MS
  );
}

function openPool({ host, port, user, password, name, connectionLimit }: ConnectionOptions): Pool {
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

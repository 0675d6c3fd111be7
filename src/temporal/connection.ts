import { Client, Connection } from '@temporalio/client';
import type { TemporalConfig } from '../config/config';
import { temporalUnavailable } from './temporal-error';

const CONNECT_TIMEOUT_MS = 5_000;

export interface TemporalSession {
  client: Client;
  /** For calls without a method of `Client`: task queues, namespaces. */
  connection: Connection;
  namespace: string;
  address: string;
  close(): Promise<void>;
}

/**
 * A connected client, for commands: they must know at once whether Temporal can be reached.
 * @throws ServiceError TEMPORAL_UNAVAILABLE within five seconds
 */
export async function connectTemporal(config: TemporalConfig): Promise<TemporalSession> {
  try {
    const connection = await Connection.connect({ ...config.connectionOptions, connectTimeout: CONNECT_TIMEOUT_MS });
    return session(connection, config);
  } catch {
    throw temporalUnavailable(config);
  }
}

/** A client that connects at its first call, for processes that also work without Temporal. */
export function temporalClient(config: TemporalConfig): TemporalSession {
  return session(Connection.lazy({ ...config.connectionOptions, connectTimeout: CONNECT_TIMEOUT_MS }), config);
}

function session(connection: Connection, { namespace, address }: TemporalConfig): TemporalSession {
  const client = new Client({ connection, namespace });
  return { client, connection, namespace, address, close: () => connection.close() };
}

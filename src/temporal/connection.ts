import { Client, Connection } from '@temporalio/client';
import type { TemporalConfig } from '../config/config';
import { ServiceError } from '../domain/shared/service-error';

const CONNECT_TIMEOUT_MS = 5_000;

export interface TemporalSession {
  client: Client;
  /** For what a `Client` has no method for: task queues, namespaces. */
  connection: Connection;
  namespace: string;
  address: string;
  close(): Promise<void>;
}

/**
 * A client that is connected, for commands: they want to know at once whether Temporal is there.
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

/** A client that connects with its first call, for processes that work without Temporal too. */
export function temporalClient(config: TemporalConfig): TemporalSession {
  return session(Connection.lazy({ ...config.connectionOptions, connectTimeout: CONNECT_TIMEOUT_MS }), config);
}

function session(connection: Connection, { namespace, address }: TemporalConfig): TemporalSession {
  const client = new Client({ connection, namespace });
  return { client, connection, namespace, address, close: () => connection.close() };
}

export function temporalUnavailable(config: TemporalConfig): ServiceError {
  return new ServiceError(
    'TEMPORAL_UNAVAILABLE',
    `Temporal can't be reached at ${config.address}: start it, or set TEMPORAL_ADDRESS, TEMPORAL_TLS… and TEMPORAL_API_KEY.`,
  );
}

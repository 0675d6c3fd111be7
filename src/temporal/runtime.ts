import type { LogLevel, LogMetadata } from '@temporalio/common';
import { Runtime } from '@temporalio/worker';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

const PINO_LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;
/** Without it an outage of the server makes a line for each poller and try. The process logs the outage itself. */
const NATIVE_LOG_FILTER =
  'error,temporalio_sdk_core=warn,temporalio_sdk=warn,temporalio_client=warn,temporalio_client::retry=off';

/** The part of a pino logger that the SDK needs. */
type Logger = Record<(typeof PINO_LEVELS)[LogLevel], (fields: object, message: string) => void>;

export interface TemporalRuntime {
  /** The SDK's metrics in Prometheus' text format; empty when they can't be read. */
  metrics(): Promise<string>;
}

/**
 * Makes the SDK and its native part log through `logger` and publish their metrics on a free port of 127.0.0.1: HTTP is
 * the only way to read them. The process itself handles signals. Must be called once, before any other use of the SDK.
 * @throws when another process took the free port in between: the worker's supervisor starts it again
 */
export async function installTemporalRuntime(logger: Logger): Promise<TemporalRuntime> {
  const port = await freePort();
  Runtime.install({
    logger: temporalLogger(logger),
    shutdownSignals: [],
    telemetryOptions: {
      logging: { forward: {}, filter: NATIVE_LOG_FILTER },
      metrics: {
        prometheus: { bindAddress: `127.0.0.1:${port}`, useSecondsForDurations: true, unitSuffix: true },
      },
    },
  });
  return { metrics: () => readMetrics(port) };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function readMetrics(port: number): Promise<string> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/metrics`, { signal: AbortSignal.timeout(2_000) });
    return await response.text();
  } catch {
    return '';
  }
}

function temporalLogger(logger: Logger) {
  const log = (level: LogLevel, message: string, meta: LogMetadata = {}) => {
    logger[PINO_LEVELS[level]](loggable(meta), message);
  };
  return {
    log,
    trace: (message: string, meta?: LogMetadata) => log('TRACE', message, meta),
    debug: (message: string, meta?: LogMetadata) => log('DEBUG', message, meta),
    info: (message: string, meta?: LogMetadata) => log('INFO', message, meta),
    warn: (message: string, meta?: LogMetadata) => log('WARN', message, meta),
    error: (message: string, meta?: LogMetadata) => log('ERROR', message, meta),
  };
}

/** The fields that help to find a run. An error is reduced to its type and message, without its causes. */
function loggable(meta: LogMetadata): Record<string, unknown> {
  const { taskToken: _token, sdkComponent: _component, isLocal: _local, namespace: _namespace, error, ...rest } = meta;
  if (error === undefined) return rest;
  const { name, type, message } = Object(error) as { name?: string; type?: string; message?: string };
  return { ...rest, code: type ?? name, error: message ?? String(error) };
}

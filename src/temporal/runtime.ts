import type { LogLevel, LogMetadata } from '@temporalio/common';
import { Runtime } from '@temporalio/worker';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

const PINO_LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;
const PORT_TRIES = 5;
/** A server that is away costs a line for each poller and try otherwise; that it is away, we say ourselves. */
const NATIVE_LOG_FILTER =
  'error,temporalio_sdk_core=warn,temporalio_sdk=warn,temporalio_client=warn,temporalio_client::retry=off';

/** The part of a pino logger that the SDK needs. */
type Logger = Record<(typeof PINO_LEVELS)[LogLevel], (fields: object, message: string) => void>;

export interface TemporalRuntime {
  /** Temporal's own metrics in Prometheus' text format; empty when they can't be had just now. */
  metrics(): Promise<string>;
}

/**
 * Has the SDK (its native part too) log through `logger`, and keep its metrics where this process can read them: it
 * serves them over HTTP alone, so they get a port of 127.0.0.1 that nobody else needs to know. Signals are left to us.
 * To be called once in a process, before anything else of the SDK is used.
 */
export async function installTemporalRuntime(logger: Logger): Promise<TemporalRuntime> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    try {
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
    } catch (error) {
      // Somebody took the port between the look and the use of it.
      if (attempt === PORT_TRIES) throw error;
    }
  }
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

/** Of the SDK's metadata what helps to find a run; an error as its type and sentence, without the errors behind it. */
function loggable(meta: LogMetadata): Record<string, unknown> {
  const { taskToken: _token, sdkComponent: _component, isLocal: _local, namespace: _namespace, error, ...rest } = meta;
  if (error === undefined) return rest;
  const { name, type, message } = Object(error) as { name?: string; type?: string; message?: string };
  return { ...rest, code: type ?? name, error: message ?? String(error) };
}

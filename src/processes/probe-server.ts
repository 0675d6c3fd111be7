import fastify from 'fastify';
import type { Logger } from '../adapters/logger';
import { healthRoutes, type HealthRoutesOptions } from '../http/health-routes';
import { pause } from './pause';

const TRY_AGAIN_MS = 5_000;

export interface ProbeServerOptions extends HealthRoutesOptions {
  host: string;
  /** 0 turns probes and metrics off. */
  port: number;
  until: AbortSignal;
  logger: Logger;
}

/**
 * Serves probes and metrics of a process that has no other HTTP server, until it is told to stop. A port that another
 * process has does not keep this one from its work: during a restart the old process may have it for half a minute.
 */
export async function runProbeServer({ host, port, until, logger, ...routes }: ProbeServerOptions): Promise<void> {
  if (port === 0) return;
  for (let complained = false; !until.aborted; complained = true) {
    // A server that failed to listen can't be told to do so again.
    const app = fastify({ logger: false, forceCloseConnections: true });
    await app.register(healthRoutes, routes);
    try {
      await app.listen({ host, port });
      logger.info({ host, port }, 'Probes and metrics are served');
      await aborted(until);
      await app.close();
      return;
    } catch {
      if (!complained) {
        logger.warn(
          { host, port },
          'No probes and metrics, for the port is taken: set OPENEG_METRICS_PORT to a free one, or to 0. Trying again.',
        );
      }
      await pause(TRY_AGAIN_MS, until);
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

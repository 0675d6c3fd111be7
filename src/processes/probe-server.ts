import fastify from 'fastify';
import type { Logger } from '../adapters/logger';
import { aborted, retryUntilAborted } from '../adapters/shared/until-aborted';
import { healthRoutes, type HealthRoutesOptions } from '../http/health-routes';

export interface ProbeServerOptions extends HealthRoutesOptions {
  host: string;
  /** 0 turns probes and metrics off. */
  port: number;
  until: AbortSignal;
  logger: Logger;
}

/**
 * Serves the probes and metrics of a process without another HTTP server. A taken port does not stop the process from its
 * work: during a restart the old process may have the port for half a minute.
 */
export async function runProbeServer({ host, port, until, logger, ...routes }: ProbeServerOptions): Promise<void> {
  if (port === 0) return;
  const serve = async () => {
    // Fastify can't listen again after a failure, so each try makes a new server.
    const app = fastify({ logger: false, forceCloseConnections: true });
    await app.register(healthRoutes, routes);
    await app.listen({ host, port });
    logger.info({ host, port }, 'Probes and metrics are served');
    await aborted(until);
    await app.close();
  };
  await retryUntilAborted(serve, {
    complaint: `No probes and metrics at ${host}:${port}, because the port is taken: set OPENEG_METRICS_PORT to a free port, or to 0`,
    until,
    logger,
  });
}

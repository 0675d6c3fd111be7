import type { FastifyPluginAsync } from 'fastify';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServiceError } from '../domain/shared/service-error';

const PROBE_TIMEOUT_MS = 2_000;

/** One thing that a process needs. */
export interface HealthPart {
  /** Answers the part's state in a word or two; throws, or takes more than two seconds, when it does not work. */
  probe: () => Promise<string>;
  /** Without a required part the process is not ready; without another it is degraded, and still ready. */
  required: boolean;
}

export interface HealthRoutesOptions {
  parts: Readonly<Record<string, HealthPart>>;
  /** In Prometheus' text format. */
  metrics: () => Promise<string>;
}

type PartReport = { ok: boolean; state: string };

/**
 * `/livez`, `/readyz`, `/metrics` (contract section 9). `/livez` asks nothing of anybody: a process that waits for its
 * database is alive, and a restart would not help it.
 */
export const healthRoutes: FastifyPluginAsync<HealthRoutesOptions> = async (app, { parts, metrics }) => {
  app.get('/livez', () => ({ status: 'alive' }));

  app.get('/readyz', async (_request, reply) => {
    const reports = await Promise.all(
      Object.entries(parts).map(async ([name, part]) => [name, await report(part)] as const),
    );
    const broken = reports.filter(([, { ok }]) => !ok);
    const ready = broken.every(([name]) => parts[name]?.required === false);
    const status = broken.length === 0 ? 'ready' : ready ? 'degraded' : 'not ready';
    return reply.code(ready ? 200 : 503).send({ status, parts: Object.fromEntries(reports) });
  });

  app.get('/metrics', async (_request, reply) => {
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(await metrics());
  });
};

/** The message of an error that is not the service's own may name what only operators should know. */
async function report({ probe }: HealthPart): Promise<PartReport> {
  const waiting = new AbortController();
  try {
    const timeout = sleep(PROBE_TIMEOUT_MS, undefined, { signal: waiting.signal }).then(() => {
      throw new ServiceError('UNEXPECTED', 'no answer');
    });
    return { ok: true, state: await Promise.race([probe(), timeout]) };
  } catch (error) {
    return { ok: false, state: error instanceof ServiceError ? error.message : 'failed' };
  } finally {
    waiting.abort();
  }
}

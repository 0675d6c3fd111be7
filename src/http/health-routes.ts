import type { FastifyPluginAsync } from 'fastify';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServiceError } from '../domain/shared/service-error';

const PROBE_TIMEOUT_MS = 2_000;

/** One part that a process needs, such as the database. */
export interface HealthPart {
  /** Resolves with the part's state in a few words. A rejection, or no answer in two seconds, means that it does not work. */
  probe: () => Promise<string>;
  /** A process without a required part is not ready. Without another part it is degraded, and still ready. */
  required: boolean;
}

export interface HealthRoutesOptions {
  parts: Readonly<Record<string, HealthPart>>;
  /** Prometheus' text format. */
  metrics: () => Promise<string>;
}

type PartState = { ok: boolean; state: string };

/**
 * `/livez`, `/readyz` and `/metrics` (contract section 9). `/livez` checks no part: a process that waits for its database
 * is alive, and a restart would not help.
 */
export const healthRoutes: FastifyPluginAsync<HealthRoutesOptions> = async (app, { parts, metrics }) => {
  app.get('/livez', () => ({ status: 'alive' }));

  app.get('/readyz', async (_request, reply) => {
    const states = await Promise.all(
      Object.entries(parts).map(async ([name, part]) => [name, await probe(part)] as const),
    );
    const broken = states.filter(([, { ok }]) => !ok);
    const ready = broken.every(([name]) => parts[name]?.required === false);
    const status = broken.length === 0 ? 'ready' : ready ? 'degraded' : 'not ready';
    return reply.code(ready ? 200 : 503).send({ status, parts: Object.fromEntries(states) });
  });

  app.get('/metrics', async (_request, reply) => {
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(await metrics());
  });
};

/** Only a ServiceError's message is shown: other messages can hold addresses or data. */
async function probe(part: HealthPart): Promise<PartState> {
  const waiting = new AbortController();
  try {
    const timeout = sleep(PROBE_TIMEOUT_MS, undefined, { signal: waiting.signal }).then(() => {
      throw new ServiceError('UNEXPECTED', 'no answer');
    });
    return { ok: true, state: await Promise.race([part.probe(), timeout]) };
  } catch (error) {
    return { ok: false, state: error instanceof ServiceError ? error.message : 'failed' };
  } finally {
    waiting.abort();
  }
}

import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { createFaultPlan, type FaultPlan } from '../faults';
import type { StatisticsKnobs } from '../knobs';
import { createRandom } from '../random';
import {
  createApplication,
  createDelays,
  jsonOf,
  startSimulatedServer,
  type SimulatedServer,
} from '../simulated-server';

/** Contract section 3. */
const triggerSchema = z.strictObject({
  sk_ids: z.array(z.string().min(1)).min(1),
  target_date: z.iso.date(),
  data_types: z.array(z.enum(['vod', 'pbl', 'task', 'roadmap'])).min(1),
});

export interface StatisticsCall {
  receivedAtMs: number;
  /** The status of the answer, or how the connection ended. */
  outcome: number | 'reset' | 'hung';
  /** The JSON value of the body; null when it was no JSON. */
  body: unknown;
}

export interface StatisticsServer extends SimulatedServer {
  faults: FaultPlan;
  triggerUrl: string;
  calls: StatisticsCall[];
}

interface Decision {
  outcome: StatisticsCall['outcome'];
  retryAfterSeconds: number | null;
}

/** The statistics server of contract section 3. It records every call, also those that it fails. */
export async function startStatisticsServer(options: {
  host: string;
  port: number;
  seed: string;
  knobs: StatisticsKnobs;
}): Promise<StatisticsServer> {
  const { knobs } = options;
  const faults = createFaultPlan(createRandom(options.seed, 'statistics-faults'));
  const calls: StatisticsCall[] = [];
  const delays = createDelays();

  function decide(method: string, body: unknown): Decision {
    const answer = (outcome: Decision['outcome'], retryAfterSeconds: number | null = null) => ({
      outcome,
      retryAfterSeconds,
    });
    if (method !== 'POST') return answer(405);
    if (knobs.availability === 'unavailable') return answer(503);
    const fault = faults.next(knobs.faults, () => true);
    if (fault?.fault === 'status') return answer(fault.status, fault.retryAfterSeconds);
    if (fault?.fault === 'hang') return answer('hung');
    if (fault?.fault === 'reset') return answer('reset');
    return answer(triggerSchema.safeParse(body).success ? 200 : 400);
  }

  async function handle(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const body = jsonOf(request.body) ?? null;
    const { outcome, retryAfterSeconds } = decide(request.method, body);
    // Before the answer: a call counts even when its caller hangs up.
    calls.push({ receivedAtMs: Date.now(), outcome, body });
    if (outcome === 'reset' || outcome === 'hung') {
      reply.hijack();
      await delays.wait(outcome === 'hung' ? knobs.hangMs : 0);
      return reply.raw.socket?.resetAndDestroy();
    }
    await delays.wait(knobs.latencyMs);
    if (retryAfterSeconds !== null) reply.header('retry-after', String(retryAfterSeconds));
    return reply.code(outcome).send(outcome < 400 ? { accepted: true } : { error: outcome });
  }

  const application = createApplication();
  application.all('*', handle);
  const server = await startSimulatedServer(application, options);
  return {
    ...server,
    faults,
    calls,
    triggerUrl: `${server.url}/api/webhook/statistics-trigger`,
    async close() {
      delays.cancel();
      await server.close();
    },
  };
}

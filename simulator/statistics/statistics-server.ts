import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { createFaultPlan, type FaultPlan } from '../faults';
import type { StatisticsKnobs } from '../knobs';
import { startPartServer, type PartServer } from '../part-server';
import { createRandom } from '../random';
import { parseJson, readBody } from '../read-body';

const BODY_LIMIT_BYTES = 10_000_000;

/** Contract section 3. */
const triggerSchema = z.strictObject({
  sk_ids: z.array(z.string().min(1)).min(1),
  target_date: z.iso.date(),
  data_types: z.array(z.enum(['vod', 'pbl', 'task', 'roadmap'])).min(1),
});

export interface StatisticsCall {
  receivedAtMs: number;
  /** What was answered: a status, or how the connection ended. */
  outcome: number | 'reset' | 'hung';
  /** As sent; null when it was no JSON. */
  body: unknown;
}

export interface StatisticsServer extends PartServer {
  faults: FaultPlan;
  triggerUrl: string;
  calls: StatisticsCall[];
}

/** The statistics server: it records every call, those that it fails too. */
export async function startStatisticsServer(options: {
  host: string;
  port: number;
  seed: string;
  knobs: StatisticsKnobs;
}): Promise<StatisticsServer> {
  const { knobs } = options;
  const faults = createFaultPlan(createRandom(options.seed, 'statistics-faults'));
  const calls: StatisticsCall[] = [];
  const timers = new Set<NodeJS.Timeout>();
  const later = (delayMs: number, act: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, delayMs);
    timers.add(timer);
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = parseJson(await readBody(request, BODY_LIMIT_BYTES)) ?? null;
    // Recorded before it is answered: a caller that hung up has been heard all the same.
    const end = (outcome: StatisticsCall['outcome'], retryAfterSeconds: number | null = null) => {
      calls.push({ receivedAtMs: Date.now(), outcome, body });
      if (outcome === 'reset') return void response.socket?.resetAndDestroy();
      if (outcome === 'hung') return later(knobs.hangMs, () => void response.socket?.resetAndDestroy());
      const json = JSON.stringify(outcome < 400 ? { accepted: true } : { error: outcome });
      const retryAfter = retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) };
      later(knobs.latencyMs, () => {
        response.writeHead(outcome, { 'content-type': 'application/json', ...retryAfter });
        response.end(json);
      });
    };

    if (request.method !== 'POST') return end(405);
    if (knobs.availability === 'unavailable') return end(503);
    const fault = faults.next(knobs.faults, () => true);
    if (fault?.fault === 'status') return end(fault.status, fault.retryAfterSeconds);
    if (fault?.fault === 'hang') return end('hung');
    if (fault !== undefined) return end('reset');
    end(triggerSchema.safeParse(body).success ? 200 : 400);
  }

  const part = await startPartServer({
    host: options.host,
    port: options.port,
    onRequest: (request, response) => {
      serve(request, response).catch(() => response.destroy());
    },
  });
  return {
    ...part,
    faults,
    calls,
    triggerUrl: `${part.url}/api/webhook/statistics-trigger`,
    async close() {
      for (const timer of timers) clearTimeout(timer);
      await part.close();
    },
  };
}

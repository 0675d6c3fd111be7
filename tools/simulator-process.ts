import { join } from 'node:path';
import type { ExpectedTables } from '../simulator/expected-rows';
import type { KnobsPatch } from '../simulator/knobs';
import type { InquiryDraft } from '../simulator/lms/inquiry-board';
import type { Simulator } from '../simulator/simulator';
import { DIST } from './paths';
import { startGuarded } from './servers/guarded-process';
import { waitUntil } from './wait-until';

/** The result of the function of this name in the simulator's own process. */
type Answer<Name extends keyof Simulator> = Simulator[Name] extends (...parameters: never[]) => infer Result
  ? Result
  : never;

export type SimulatorProcess = Awaited<ReturnType<typeof startSimulatorProcess>>;

/**
 * Starts the built simulator, and offers functions of `Simulator` over its control API (simulator/README.md).
 * @throws Error when it ends, or does not print its addresses within a minute
 */
export async function startSimulatorProcess(size: { cohorts: number; students: number; latencyMs: number }) {
  const flags = { port: 0, cohorts: size.cohorts, students: size.students, 'latency-ms': size.latencyMs };
  const running = startGuarded({
    command: process.execPath,
    parameters: [
      join(DIST, 'simulator/main.js'),
      ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`),
    ],
  });
  const firstLine = await waitUntil(() => running.lines[0] ?? !running.running(), {
    deadlineMs: 60_000,
    what: 'the addresses of the simulator',
  });
  if (firstLine === true || !firstLine.startsWith('{')) {
    throw new Error(`The simulator did not start. ${running.lastOutput()}`);
  }
  type Addresses = Pick<Simulator, 'lmsUrl' | 'statisticsUrl' | 'controlUrl' | 'chatPageUrl'>;
  const { controlUrl, ...addresses } = JSON.parse(firstLine) as Addresses;

  async function call<Result>(method: string, path: string, body?: object): Promise<Result> {
    const response = await fetch(`${controlUrl}/control/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`The simulator refused ${method} ${path}: ${text}`);
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    return (isJson ? JSON.parse(text) : text) as Result;
  }
  const get = <Result>(path: string, query: Record<string, string> = {}) =>
    call<Result>('GET', `${path}?${new URLSearchParams(query)}`);

  return {
    ...addresses,
    running,
    chatUrl: async (space: string) => (await get<{ url: string }>('chat/webhook', { space })).url,
    cohorts: () => get<Answer<'cohorts'>>('cohorts'),
    cohortsCsv: () => get<Answer<'cohortsCsv'>>('cohorts.csv'),
    inquiries: () => get<Answer<'inquiries'>>('inquiries'),
    chatMessages: () => get<Answer<'chatMessages'>>('chat/messages'),
    statisticsCalls: () => get<Answer<'statisticsCalls'>>('statistics/calls'),
    completions: () => get<Answer<'completions'>>('completions'),
    state: () => get<Answer<'state'>>('state'),
    repeatedRequests: () => get<Answer<'repeatedRequests'>>('requests/repeated'),
    resetCounts: () => call<unknown>('POST', 'state/reset'),
    setKnobs: (patch: KnobsPatch) => call<unknown>('PATCH', 'knobs', patch),
    addInquiries: (skId: string, draft: InquiryDraft & { count?: number }) =>
      call<unknown>('POST', 'inquiries', { skId, ...draft }),
    expected: (skId: string, date: string) =>
      get<{ tables: ExpectedTables; keys: Record<keyof ExpectedTables, readonly string[]> }>('expected', {
        skId,
        date,
      }),
  };
}

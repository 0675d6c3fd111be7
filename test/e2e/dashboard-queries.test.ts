import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporalClient } from '../../src/temporal/connection';
import { CORE_TASK_QUEUE } from '../../src/workflows/contract';
import { describeWith, runTool } from '../support/deployment-tools/describe-with';
import { startPrometheus, type Prometheus } from '../support/deployment-tools/prometheus';
import { startSystem, type System } from '../support/system';
import { waitUntil } from '../support/wait-until';

/* Everything that the dashboard and the alarms ask is answered by a system that runs and in which something happened. */

const ROOT = join(__dirname, '../..');
const RULES_FILE = join(ROOT, 'deploy/prometheus/rules.yaml');

interface Panel {
  title: string;
  targets?: { expr: string; legendFormat?: string }[];
}

const { panels } = JSON.parse(readFileSync(join(ROOT, 'deploy/grafana/dashboards/openeg.json'), 'utf8')) as {
  panels: Panel[];
};
const queries = panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr, legendFormat = '' }) => ({
    title,
    expr,
    labels: [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]!),
  })),
);
const rules = readFileSync(RULES_FILE, 'utf8');
const alarms = [...rules.matchAll(/alert: (\w+)/g)].map((match) => match[1]!);
const alarmOperands = [...new Set(rules.match(/\b(openeg|temporal)_[a-z_]+\b/g))];

describeWith(['prometheus', 'promtool'], 'A running system', () => {
  let system: System;
  let prometheus: Prometheus;
  const urls = { worker: [] as string[], server: '' };

  beforeAll(async () => {
    system = await startSystem({
      simulator: { cohorts: 2, size: { students: 2 } },
      environment: { OPENEG_SLEEP_TIME: '1', OPENEG_LOG_LEVEL: 'warn' },
    });
    expect((await system.openeg('migrate')).code).toBe(0);
    await system.importCohorts();
    system.simulator.setPassword('SK002', 'another one');
    const [server, ...workers] = await Promise.all([
      system.startServer(),
      system.startWorker('core'),
      system.startWorker('lms'),
      system.startWorker('lms'),
    ]);
    urls.server = server.url;
    urls.worker = workers.map((worker) => worker.metricsUrl);
    prometheus = await startPrometheus({ 'openeg-worker': urls.worker, 'openeg-server': [server.url] }, RULES_FILE);
    expect((await system.openeg('start')).code).toBe(0);
    system.simulator.addInquiry('SK001');
    await watchTooFast(server.url);
    await startWorkflowsOfAnotherVersion();
    // The statistics server fails once, so one activity fails and is tried again.
    await system.simulator.setKnobs({ statistics: { faults: [{ fault: 'status', status: 500, times: 1 }] } });
    // One cohort's password is wrong, so its collections fail and the other's are stored.
    expect((await system.openeg('collect', '--date', '2025-01-20')).code).toBe(1);
  });

  afterAll(async () => {
    await prometheus?.stop();
    await system?.stop();
  });

  /** A learner who claims ten minutes in the first second. */
  async function watchTooFast(url: string): Promise<void> {
    const lesson = { projectNo: 'SK001', eduNo: 'E1', chasiNo: 'L-none', memberNo: 'M1' };
    const signed = [{ alg: 'HS256' }, { sub: lesson.memberNo }]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const signature = createHmac('sha256', system.environment.OPENEG_PROGRESS_JWT_SECRET!).update(signed);
    const saved = await fetch(`${url}/api/progress`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${signed}.${signature.digest('base64url')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({
        ...lesson,
        totalVideoTime: 1_200_000,
        currentVideoTime: 600_000,
        completionVideoTime: 600_000,
        saveId: randomUUID(),
      }),
    });
    expect(saved.status).toBe(200);
  }

  /** The deployed workers do not know their type: their workflow tasks fail, as those of an unguarded change do. */
  async function startWorkflowsOfAnotherVersion(): Promise<void> {
    const address = system.temporal.address;
    const session = temporalClient({ address, namespace: 'default', connectionOptions: { address } });
    for (const workflowId of ['a', 'b', 'c', 'd']) {
      await session.client.workflow.start('workflowOfAnotherVersion', { taskQueue: CORE_TASK_QUEUE, workflowId });
    }
    await session.close();
  }

  const answerTo = (expression: string, what: string) =>
    waitUntil(
      async () => {
        const series = await prometheus.query(expression);
        return series.length > 0 && series;
      },
      { deadlineMs: 60_000, what: `an answer to ${what}` },
    );

  /** A scrape that takes too long leaves a series out for a moment. */
  const comesToBe = (expected: unknown, what: string, ask: () => Promise<unknown>) =>
    waitUntil(
      async () => {
        expect(await ask()).toEqual(expected);
        return true;
      },
      { deadlineMs: 60_000, what },
    );

  it.each(queries)('answers the dashboard: $title, $expr', async ({ title, expr, labels }) => {
    const series = await answerTo(expr, title);
    for (const { metric } of series) expect(metric).toEqual(expect.objectContaining(anyOf(labels)));
  });

  it.each(alarmOperands)('has the metric %s, which an alarm asks', async (name) => {
    await answerTo(`count(${name})`, name);
  });

  it('lets every alarm be evaluated, and raises those alone that have a reason', async () => {
    await waitUntil(async () => !Object.values(await prometheus.ruleHealth()).includes('unknown'), {
      deadlineMs: 60_000,
      what: 'every rule is evaluated',
    });
    expect(await prometheus.ruleHealth()).toEqual(Object.fromEntries(alarms.map((name) => [name, 'ok'])));
    await comesToBe(['OpenegWorkflowTaskFailing'], 'the alarms', async () =>
      (await prometheus.query('ALERTS')).map(({ metric }) => metric.alertname),
    );
  });

  it('counts holder and standby of the LMS alone, and believes no process that cannot know', async () => {
    await comesToBe(['0', '1'], 'who holds the lease', async () =>
      (await prometheus.query('openeg_lms_lease_held')).map(({ value }) => value[1]).sort(),
    );
    const ages = await answerTo('openeg_tick_last_age_seconds', 'when the last tick was');
    expect(ages.map(({ metric }) => metric.job)).not.toContain('openeg-server');
  });

  it("is scraped without a complaint about the service's own metrics", async () => {
    for (const url of [...urls.worker, urls.server]) {
      const input = await (await fetch(`${url}/metrics`)).text();
      const { output } = await runTool('promtool', ['check', 'metrics'], { input });
      expect(output).not.toMatch(/^(openeg_|error)/m);
      expect(input).toContain('openeg_database_connections{');
    }
  });
});

function anyOf(labels: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(labels.map((label) => [label, expect.any(String)]));
}

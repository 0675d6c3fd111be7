import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startPrivateServer } from '../../../tools/servers/private-server';
import { programOf } from './describe-with';
import { temporaryDirectory } from '../test-run';
import { waitUntil } from '../wait-until';

export interface Series {
  metric: Record<string, string>;
  /** Time and value of an instant query; the value is text, also `NaN`. */
  value: [number, string];
}

export interface Prometheus {
  /** Runs an instant query. @throws Error with Prometheus' words when it can't parse the query */
  query(expression: string): Promise<Series[]>;
  /** For each alarm rule `ok`, or why Prometheus could not evaluate it. */
  ruleHealth(): Promise<Record<string, string>>;
  stop(): Promise<void>;
}

interface Answer<Data> {
  status: 'success' | 'error';
  data: Data;
  error?: string;
}

/** A Prometheus that scrapes processes of this machine each second, with the alarm rules of a file. */
export async function startPrometheus(targets: Record<string, string[]>, rulesFile: string): Promise<Prometheus> {
  const directory = temporaryDirectory('prometheus');
  const configuration = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [rulesFile],
    scrape_configs: Object.entries(targets).map(([job, urls]) => ({
      job_name: job,
      static_configs: [{ targets: urls.map((url) => new URL(url).host) }],
    })),
  };
  const file = join(directory, 'prometheus.yml');
  // JSON is YAML too.
  await writeFile(file, JSON.stringify(configuration));
  const server = await startPrivateServer({
    name: 'Prometheus',
    command: programOf('prometheus'),
    parameters: (port) => [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
    ],
  });
  const address = `127.0.0.1:${server.port}`;

  async function ask<Data>(path: string): Promise<Data> {
    const response = await fetch(`http://${address}/api/v1/${path}`);
    const answer = (await response.json()) as Answer<Data>;
    if (answer.status !== 'success') throw new Error(answer.error);
    return answer.data;
  }

  await waitUntil(async () => (await fetch(`http://${address}/-/ready`)).ok, {
    deadlineMs: 60_000,
    what: 'Prometheus is ready',
  });
  return {
    query: async (expression) =>
      (await ask<{ result: Series[] }>(`query?query=${encodeURIComponent(expression)}`)).result,
    async ruleHealth() {
      type Rule = { name: string; health: string; lastError?: string };
      const { groups } = await ask<{ groups: { rules: Rule[] }[] }>('rules?type=alert');
      const rules = groups.flatMap((group) => group.rules);
      return Object.fromEntries(rules.map(({ name, health, lastError }) => [name, lastError ?? health]));
    },
    stop: server.stop,
  };
}

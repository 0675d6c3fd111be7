import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VARIABLES } from '../../../src/config/config';
import { createMetrics } from '../../../src/adapters/metrics';

/* These tests hold names together that stand in several files: variables, metrics, alarms and their pages. */

const read = (path: string) => readFileSync(join(__dirname, '../../..', path), 'utf8');
const matches = (text: string, pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map((match) => match[1]!))];

/** What compose substitutes for itself and the processes never read. */
const COMPOSE_ONLY = ['OPENEG_IMAGE', 'OPENEG_PUBLISH_ADDRESS', 'OPENEG_PUBLISH_PORT'];

describe('variables', () => {
  it.each([
    ['compose', 'docker-compose.yml', COMPOSE_ONLY],
    ['Kubernetes', 'deploy/k8s/base/configuration.yaml', []],
  ])('of %s are those of the configuration, all of them', (_, file, others) => {
    const found = matches(read(file), /\b(OPENEG_[A-Z_]+)\b/g).filter((name) => !others.includes(name as never));
    expect(found.sort()).toEqual([...VARIABLES].sort());
  });

  it('that compose alone reads are explained', () => {
    const asked = matches(read('docker-compose.yml'), /\$\{([A-Z_]+)/g);
    const explained = read('.env.example') + read('docs/operations/install.md');
    expect(asked.filter((name) => !explained.includes(name))).toEqual([]);
  });

  it('that are secret stand in no ConfigMap as data', () => {
    const data = matches(read('deploy/k8s/base/configuration.yaml'), /^ {2}(OPENEG_[A-Z_]+):/gm);
    for (const name of data) expect(name).not.toMatch(/PASS$|KEY|SECRET|WEBHOOK/);
  });
});

interface Described {
  name: string;
  help: string;
  type: 'counter' | 'gauge' | 'histogram';
  labelNames: string[];
}

describe('metrics', () => {
  const own = createMetrics()
    .registry.getMetricsAsArray()
    .map((metric) => metric as unknown as Described)
    .filter(({ name }) => name.startsWith('openeg_'));
  const known = new Set(own.map(({ name }) => name));

  it('are all in the docs with help text, type and labels, and the docs know no others', () => {
    const described = own.map(({ name, help, type, labelNames }) => {
      const labels = labelNames.map((label) => `\`${label}\``).join(', ');
      return [name, help, labels === '' ? type : `${type} by ${labels}`];
    });
    const documented = [
      ...read('docs/operations/metrics.md').matchAll(/^\| `(openeg_[a-z_]+)` +\| ([^|]+?) +\| ([^|]+?) +\|/gm),
    ].map(([, name, help, type]) => [name, help, type]);
    expect(documented).toEqual(described);
  });

  it('have a unit in their names where they have one, as Prometheus names units', () => {
    for (const { name, help, type } of own) {
      if (/seconds/i.test(help) && type !== 'counter') expect(name).toMatch(/_seconds$/);
      if (type === 'counter') expect(name).toMatch(/_total$/);
    }
  });

  it('are each filled somewhere, and each asked by the dashboard or an alarm', () => {
    const files = readdirSync(join(__dirname, '../../../src'), { recursive: true, encoding: 'utf8' });
    const sources = files
      .filter((file) => file.endsWith('.ts') && !file.endsWith('adapters/metrics.ts'))
      .map((file) => read(join('src', file)))
      .join('\n');
    const { registry: _registry, ...metrics } = createMetrics();
    for (const key of Object.keys(metrics)) expect(sources).toMatch(new RegExp(`\\bmetrics\\.${key}\\b`));
    const asked = read('deploy/grafana/dashboards/openeg.json') + read('deploy/prometheus/rules.yaml');
    for (const { name } of own) expect(asked).toContain(name);
  });

  it.each(['deploy/prometheus/rules.yaml', 'deploy/grafana/dashboards/openeg.json'])('that %s asks exist', (file) => {
    const asked = matches(read(file), /\b(openeg_[a-z_]+)\b/g).map((name) => name.replace(/_bucket$/, ''));
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.filter((name) => !known.has(name))).toEqual([]);
  });
});

/** Gauges with the gauge beside them that comes from the same fact, and so is absent at the same times. */
const ABSENT_TOGETHER = { openeg_tick_interval_seconds: 'openeg_tick_last_age_seconds' };

describe('alarms', () => {
  const rules = read('deploy/prometheus/rules.yaml');
  const names = matches(rules, /alert: (\w+)/g);

  it('have each a section of the runbook that they link to', () => {
    const page = read('docs/operations/alarms.md');
    expect(matches(page, /^## (\w+)$/gm).sort()).toEqual([...names].sort());
    for (const name of names) expect(rules).toContain(`docs/operations/alarms.md#${name.toLowerCase()}`);
  });

  it('are each unit-tested', () => {
    const tested = matches(read('deploy/prometheus/rules.test.yaml'), /alertname: (\w+)/g);
    expect(tested.sort()).toEqual([...names].sort());
  });

  it('ask for the absence of each gauge of the database that another alarm needs', () => {
    const metrics = createMetrics();
    const keys = matches(read('src/monitoring/gauges.ts'), /\bmetrics\.(\w+)/g) as (keyof typeof metrics)[];
    const ofDatabase = keys.map((key) => (metrics[key] as unknown as Described).name);
    const asked = matches(rules, /absent\((openeg_[a-z_]+)\)/g);
    const needed = ofDatabase.filter((name) => new RegExp(`(?<!absent\\()\\b${name}\\b`).test(rules));
    expect(needed).toContain('openeg_alerts_oldest_age_seconds');
    expect(needed.filter((name) => !asked.includes(name) && !(name in ABSENT_TOGETHER))).toEqual([]);
    for (const [name, other] of Object.entries(ABSENT_TOGETHER)) {
      expect(ofDatabase).toContain(name);
      expect(asked).toContain(other);
    }
  });
});

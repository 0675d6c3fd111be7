import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listConfigProblems } from '../../../src/config/config';
import { describeWith, runTool } from '../../support/deployment-tools/describe-with';
import { temporaryDirectory } from '../../support/test-run';

const ROOT = join(__dirname, '../../..');
/** Without these compose refuses to start: each is a secret, or an address that nobody can guess. */
const FILLED_IN = {
  OPENEG_YOS_DB_PASS: 'p$ss word',
  OPENEG_LMS_BASE_URL: 'https://lms.example.com',
  OPENEG_CHAT_WEBHOOK_URL: 'https://chat.example.com/v1/spaces/A/messages?key=k&token=t',
  OPENEG_CREDENTIALS_KEY: Buffer.alloc(32, 7).toString('base64'),
  OPENEG_PROGRESS_JWT_SECRET: 'secret',
  MYSQL_ROOT_PASSWORD: 'root',
  TEMPORAL_DB_PASSWORD: 'temporal',
  GRAFANA_ADMIN_PASSWORD: 'grafana',
};

interface Service {
  image: string;
  build?: { target: string };
  command?: string[] | null;
  environment?: Record<string, string>;
  healthcheck?: { test?: string[]; disable?: boolean };
  depends_on?: Record<string, { condition: string }>;
  restart?: string;
  read_only?: boolean;
  ports?: { host_ip?: string }[];
  stop_grace_period?: string;
  volumes?: { type: string; source: string }[];
}

interface Compose {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
}

describeWith(['compose'], 'docker-compose.yml', () => {
  /** A directory with compose's file and an .env made of .env.example. */
  function install(values: Record<string, string>): string {
    const directory = temporaryDirectory('compose');
    cpSync(join(ROOT, 'docker-compose.yml'), join(directory, 'docker-compose.yml'));
    const example = readFileSync(join(ROOT, '.env.example'), 'utf8');
    const filled = Object.entries(values).reduce(
      (text, [name, value]) => text.replace(new RegExp(`^(# )?${name}=.*$`, 'm'), () => `${name}='${value}'`),
      example,
    );
    writeFileSync(join(directory, '.env'), filled);
    return directory;
  }

  async function config(values: Record<string, string>, ...options: string[]) {
    const parameters = [...options, 'config', '--format', 'json'];
    const { code, output } = await runTool('compose', parameters, { directory: install(values) });
    // It writes what a shell would have to write.
    return { code, output, compose: () => JSON.parse(output.replaceAll('$$', '$')) as Compose };
  }

  it.each(Object.keys(FILLED_IN))('refuses to start without %s', async (name) => {
    const { code, output } = await config({ ...FILLED_IN, [name]: '' });
    expect(code).not.toBe(0);
    expect(output).toContain(`set ${name} in .env`);
  });

  it('gives a worker, with which commands run too, a complete configuration as .env has it', async () => {
    const { compose } = await config({ ...FILLED_IN, OPENEG_SLEEP_TIME: '30' });
    const { environment = {} } = compose().services.worker!;
    expect(listConfigProblems(environment)).toEqual([]);
    expect(environment).toMatchObject({ ...own(FILLED_IN), OPENEG_SLEEP_TIME: '30', OPENEG_YOS_DB_HOST: 'mysql' });
  });

  it('keeps from the server, which everybody can reach, what it does not need', async () => {
    const { compose } = await config(FILLED_IN);
    const { environment = {} } = compose().services.server!;
    expect(JSON.stringify(environment)).not.toMatch(/OPENEG_CREDENTIALS_KEY|WEBHOOK_URL/);
    expect(listConfigProblems(environment).join()).not.toMatch(/OPENEG_(YOS_DB|PROGRESS|HTTP)|TEMPORAL/);
  });

  it('starts everything an operator needs, each thing when what it needs is there', async () => {
    const { compose } = await config(FILLED_IN);
    const { services } = compose();
    expect(Object.keys(services).sort()).toEqual([
      'grafana',
      'migrate',
      'mysql',
      'prometheus',
      'server',
      'temporal',
      'temporal-namespace',
      'temporal-schema',
      'temporal-ui',
      'worker',
    ]);
    for (const [name, service] of Object.entries(services)) {
      for (const [needed, { condition }] of Object.entries(service.depends_on ?? {})) {
        const runsOnce = services[needed]!.restart?.startsWith('on-failure');
        const expected = runsOnce ? 'service_completed_successfully' : /service_(healthy|started)/;
        expect(`${name} needs ${needed}: ${condition}`).toMatch(expected);
      }
      expect(service.image).toMatch(/:[^:]+$/);
      expect(service.image).not.toMatch(/:latest$/);
    }
  });

  it('adds the simulator for a demo', async () => {
    const { compose } = await config(FILLED_IN, '--profile', 'demo');
    expect(compose().services.simulator).toMatchObject({ build: { target: 'simulator' }, read_only: true });
  });

  it('hardens our own processes and opens no port to other machines unasked', async () => {
    const { compose } = await config(FILLED_IN, '--profile', 'demo');
    const { services } = compose();
    for (const name of ['migrate', 'worker', 'server', 'simulator']) {
      expect(services[name]).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      });
    }
    for (const service of Object.values(services)) {
      for (const port of service.ports ?? []) expect(port.host_ip).toBe('127.0.0.1');
    }
    for (const name of ['worker', 'server']) expect(services[name]!.stop_grace_period).toBe('45s');
  });

  it('mounts files that are there', async () => {
    const directory = install(FILLED_IN);
    const { output } = await runTool('compose', ['config', '--format', 'json'], { directory });
    const { services, volumes } = JSON.parse(output) as Compose;
    for (const { type, source } of Object.values(services).flatMap((service) => service.volumes ?? [])) {
      if (type === 'volume') expect(volumes).toHaveProperty([source]);
      else expect(existsSync(source.replace(directory, ROOT))).toBe(true);
    }
  });
});

describeWith(['hadolint'], 'The Dockerfile', () => {
  it('passes hadolint', async () => {
    expect(await runTool('hadolint', ['Dockerfile'], { directory: ROOT })).toEqual({ code: 0, output: '' });
  });
});

/** Without what compose reads for other images. */
function own(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => name.startsWith('OPENEG_')));
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startSystem, type RunningProcess, type System } from '../support/system';
import { temporaryDirectory } from '../support/test-run';
import { waitUntil } from '../support/wait-until';

/* `openeg` as an operator types it: words, exit codes, what goes to which stream (contract section 8). */

const CLIENT = join(__dirname, '../../dist/client.js');
const DATE = '2025-01-20';

let system: System;
let worker: RunningProcess;

beforeAll(async () => {
  system = await startSystem({ simulator: { cohorts: 2, size: { students: 4 } } });
  await system.importCohorts();
});

afterAll(() => system?.stop());

const WRONG_USAGE: string[][] = [
  [],
  ['colect'],
  ['collect'],
  ['collect', '--date', '2025-02-30'],
  ['collect', '--date', '2999-01-01'],
  ['collect', '--date', DATE, '--to', '2025-01-19'],
  ['collect', '--date', DATE, '--type', 'video'],
  ['collect', '--date', DATE, '--cohort', 'SK 1'],
  ['collect', '--date', DATE, '--fast'],
  ['statistics'],
  ['cohorts', 'import', '/does/not/exist.csv'],
  ['cohorts', 'deactivate'],
  ['worker', 'chief'],
];

it('answers wrong usage with 2 and says what is right', async () => {
  const results = await Promise.all(WRONG_USAGE.map((words) => system.openeg(...words)));
  for (const [index, { code, stdout, stderr }] of results.entries()) {
    const words = WRONG_USAGE[index];
    expect({ words, code, stdout }).toEqual({ words, code: 2, stdout: '' });
    expect({ words, stderr }).toEqual({ words, stderr: expect.stringMatching(/\S/) });
    expect(stderr).not.toMatch(/^\s+at /m);
  }
});

it('shows its help with 0', async () => {
  const { code, stdout } = await system.openeg('--help');
  expect(code).toBe(0);
  for (const command of [
    'migrate',
    'cohorts',
    'worker',
    'server',
    'start',
    'stop',
    'collect',
    'statistics',
    'status',
  ]) {
    expect(stdout).toMatch(new RegExp(`^ {2}${command}\\b`, 'm'));
  }
});

it('prints its version', async () => {
  const { version } = JSON.parse(await readFile(join(__dirname, '../../package.json'), 'utf8')) as { version: string };
  expect(await system.openeg('--version')).toEqual({ code: 0, stdout: version, stderr: '' });
});

it('reads variables from a file, of which those that are set win', async () => {
  const file = join(temporaryDirectory('env'), 'openeg.env');
  await writeFile(file, 'OPENEG_YOS_DB_HOST=nowhere.invalid\nOPENEG_RETENTION_DAYS=often\n');
  expect(await runWith({}, '--env-file', file, 'cohorts', 'list')).toMatchObject({
    code: 78,
    stderr: expect.stringMatching(/^Wrong configuration: OPENEG_RETENTION_DAYS must be [^;]*$/m),
  });
  await writeFile(file, 'OPENEG_YOS_DB_HOST=nowhere.invalid\n');
  expect(await runWith({}, '--env-file', file, 'cohorts', 'list')).toMatchObject({ code: 0 });
  expect(await runWith({}, '--env-file', `${file}.old`, 'cohorts', 'list')).toMatchObject({
    code: 78,
    stderr: expect.stringContaining('ENOENT'),
  });
});

it('names every wrong variable with 78', async () => {
  const result = await runWith({ OPENEG_YOS_DB_HOST: '', OPENEG_YOS_DB_PORT: 'many' }, 'cohorts', 'list');
  expect(result.code).toBe(78);
  expect(result.stderr).toMatch(/OPENEG_YOS_DB_HOST is required; OPENEG_YOS_DB_PORT must be/);
});

it('names a wrong variable of another process too, and the doctor looks at the rest all the same', async () => {
  const wrong = { OPENEG_SLEEP_TIME: 'often' };
  const listed = await runWith(wrong, 'cohorts', 'list');
  expect(listed).toMatchObject({ code: 78, stdout: '', stderr: expect.stringContaining('OPENEG_SLEEP_TIME must be') });
  const { code, stdout } = await runWith(wrong, 'doctor');
  expect(code).toBe(1);
  expect(stdout).toMatch(/^FAIL +Variables +OPENEG_SLEEP_TIME must be/m);
  for (const part of ['Database', 'Temporal', 'Statistics']) expect(stdout).toMatch(new RegExp(`^ok +${part} `, 'm'));
});

it('answers 69 when a server is away', async () => {
  const nobody = { OPENEG_YOS_DB_PORT: '1', TEMPORAL_ADDRESS: '127.0.0.1:1' };
  for (const command of [['migrate'], ['cohorts', 'list'], ['start'], ['collect', '--date', DATE], ['status']]) {
    const { code, stderr } = await runWith(nobody, ...command);
    expect({ command, code }).toEqual({ command, code: 69 });
    expect(stderr.trim().split('\n')).toHaveLength(1);
  }
});

it('migrates twice', async () => {
  expect(await system.openeg('migrate')).toEqual({ code: 0, stdout: 'The tables are up to date.', stderr: '' });
});

it('imports all lines or none, and lists accounts without a secret', async () => {
  const file = join(temporaryDirectory('csv'), 'cohorts.csv');
  const header = 'sk_id,cohort_name,login_id,password,chat_webhook_url\n';
  await writeFile(file, `${header}SK900,900기,login-900,hidden-900,\nSK 901,901기,login-901,hidden-901,\n`);
  const refused = await system.openeg('cohorts', 'import', file);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('line 3: sk_id must have no white space');
  expect((await system.openeg('cohorts', 'list')).stdout).not.toContain('SK900');

  await writeFile(
    file,
    `${header}SK900,900기,login-900,hidden-900,https://chat.example.com/v1/spaces/x/messages?key=hidden-key&token=hidden-token\n`,
  );
  expect((await system.openeg('cohorts', 'import', file)).stdout).toBe(
    '1 added, 0 changed, 0 active again, 0 unchanged.',
  );
  expect((await system.openeg('cohorts', 'import', file)).stdout).toContain('1 unchanged');
  const listed = await system.openeg('cohorts', 'list');
  expect(listed.stdout).toMatch(/^SK900 +900기 +login-900 +its own +active$/m);
  expect((await system.openeg('cohorts', 'deactivate', 'SK900')).code).toBe(0);
  expect((await system.openeg('cohorts', 'deactivate', 'SK404')).code).toBe(1);
  expect(JSON.stringify(system.output())).not.toContain('hidden');
});

it('says that no worker is there', async () => {
  const collected = await system.openeg('collect', '--date', DATE);
  expect(collected).toEqual({ code: 69, stdout: '', stderr: expect.stringContaining('openeg worker') });
  const doctor = await system.openeg('doctor');
  expect(doctor.code).toBe(1);
  expect(doctor.stdout).toMatch(/^FAIL +LMS +No worker takes tasks/m);
  expect(doctor.stdout).toMatch(/^ok +Database/m);
  const started = await runWith({ OPENEG_COLLECTION_TIME: '04:30' }, 'start');
  expect(started.stdout).toMatch(/^Nightly collection +scheduled daily at 04:30/m);
  expect((await statusReport()).monitor).toMatchObject({ state: 'no worker' });
});

it("gives the Schedule the worker's time when one starts, and at the next start", async () => {
  worker = await system.startWorker();
  await waitUntil(async () => (await statusReport()).schedule?.time === '02:00', {
    deadlineMs: 60_000,
    what: 'the Schedule has the time of the worker',
  });
  await waitUntil(async () => (await statusReport()).monitor?.state === 'waiting', {
    deadlineMs: 60_000,
    what: 'the monitor had its first tick',
  });
  const again = await runWith({ OPENEG_COLLECTION_TIME: '04:30' }, 'start');
  expect(again).toEqual({
    code: 0,
    stdout: expect.stringMatching(/runs already[^]*is scheduled daily at 02:00/),
    stderr: '',
  });
});

it('finds every part well with a worker', async () => {
  const { code, stdout, stderr } = await system.openeg('doctor');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.split('\n').every((line) => line.startsWith('ok  '))).toBe(true);
  expect(stdout).toMatch(/^ok +LMS SK001 +answers$/m);
  expect(system.simulator.chatMessages('default')).toEqual([]);
});

it('collects a range with a line for each date, and shows its progress', async () => {
  const { code, stdout, stderr } = await system.openeg('collect', '--date', DATE, '--to', '2025-01-21');
  expect(code).toBe(0);
  expect(stdout.split('\n')).toEqual([
    expect.stringMatching(/^2025-01-20: 2 cohorts, 8 datasets stored, 0 failed, \d+ rows; statistics server told$/),
    expect.stringMatching(/^2025-01-21: 2 cohorts, 8 datasets stored, 0 failed, \d+ rows; statistics server told$/),
  ]);
  expect(stderr).toContain('2025-01-20 to 2025-01-21: ');
});

it('names what was not stored, with 1', async () => {
  const { code, stdout, stderr } = await system.openeg('collect', '--date', DATE, '--cohort', 'SK900', '--type', 'pbl');
  expect(code).toBe(1);
  expect(stdout).toContain('1 failed');
  expect(stderr).toMatch(/SK900 pbl {2}COHORT_INACTIVE: /);
});

it('ends at once with --no-wait, and leaves the collection running at Ctrl-C', async () => {
  const asked = await system.openeg('collect', '--date', '2025-02-01', '--no-wait');
  expect(asked).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^2025-02-01 {2}collection-rerun\/2025-02-01\//),
  });

  await system.simulator.setKnobs({ lms: { latencyMs: 400 } });
  const command = spawn(process.execPath, [CLIENT, 'collect', '--date', '2025-02-02'], { env: system.environment });
  let stderr = '';
  command.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const exited = once(command, 'exit');
  await waitUntil(() => stderr.includes('2025-02-02'), { deadlineMs: 60_000, what: 'the collection is shown' });
  command.kill('SIGINT');
  expect((await exited)[0]).toBe(1);
  expect(stderr).toContain('the collection goes on');
  await system.simulator.setKnobs({ lms: { latencyMs: 0 } });
  await waitUntil(
    async () => (await statusReport()).reruns.finished.some((run: { date: string }) => run.date === '2025-02-02'),
    { deadlineMs: 120_000, what: 'the collection has ended by itself' },
  );
});

it('sends the statistics trigger again, or says why not', async () => {
  const told = await system.openeg('statistics', '--date', DATE);
  expect(told).toMatchObject({ code: 0, stdout: expect.stringContaining('2 cohorts, vod, pbl, task, roadmap: told') });
  const nothing = await system.openeg('statistics', '--date', '2024-01-01');
  expect(nothing).toMatchObject({ code: 1, stderr: expect.stringContaining('nothing is stored of 2024-01-01') });
});

it('ends what it started, once', async () => {
  expect((await system.openeg('stop')).stdout).toMatch(/Inquiry check +ended[^]*Re-runs +ended[^]*paused/);
  expect((await system.openeg('stop')).stdout).toMatch(/did not run[^]*did not run[^]*was paused already/);
  const report = await statusReport();
  expect([report.monitor?.state, report.reruns.state, report.schedule?.state]).toEqual([
    'not running',
    'not running',
    'paused',
  ]);
});

it('shows what the database knows when Temporal is down', async () => {
  await worker.stop();
  await system.temporal.kill();
  const { code, stdout, stderr } = await system.openeg('status');
  expect(code).toBe(69);
  expect(stdout).toMatch(/^Inquiry check +unknown$/m);
  expect(stdout).toMatch(/^Cohorts +2 active/m);
  expect(stderr).toContain("Temporal can't be reached");
  const json = await system.openeg('status', '--json');
  expect(JSON.parse(json.stdout)).toMatchObject({ monitor: null, cohorts: { active: 2 } });
});

async function statusReport() {
  return JSON.parse((await system.openeg('status', '--json')).stdout);
}

async function runWith(environment: NodeJS.ProcessEnv, ...words: string[]) {
  const command = spawn(CLIENT, words, { env: { ...system.environment, ...environment } });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    command[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  const [code] = await once(command, 'close');
  return { code: code as number | null, ...output };
}

import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { waitUntil } from '../support/wait-until';

const ROOT = join(__dirname, '../..');
const DEMO_DIRECTORY = join(ROOT, '.cache', 'demo');
const DEADLINE_MS = 480_000;

interface Demo {
  process: ChildProcess;
  output(): string;
  ended: Promise<number | null>;
}

/** Without the variables of whoever runs the tests, which would name servers of their own. */
function startDemo(command: string, ...parameters: string[]): Demo {
  const environment = Object.entries(process.env).filter(([name]) => !/^(OPENEG|TEMPORAL)_(?!CLI_PATH)/.test(name));
  const child = spawn(command, parameters, { cwd: ROOT, env: Object.fromEntries(environment) });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += String(data)));
  return {
    process: child,
    output: () => output,
    ended: once(child, 'close').then(([code]) => code as number | null),
  };
}

/** Processes that work in the demo's directory, or on its schema: `e` shows their environment too. */
function demoProcesses(): string[] {
  const everything = execFileSync('ps', ['axeww'], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  const marks = [`${DEMO_DIRECTORY}/`, 'OPENEG_YOS_DB_NAME=openeg_demo'];
  return everything.split('\n').filter((line) => marks.some((mark) => line.includes(mark)));
}

/** Until its first alert arrived; fails at once when the demo ends before that. */
async function running(demo: Demo): Promise<void> {
  const early = demo.ended.then((code) => Promise.reject(new Error(`The demo ended with ${code}: ${demo.output()}`)));
  const arrived = waitUntil(() => demo.output().includes('in Google Chat'), {
    deadlineMs: DEADLINE_MS,
    what: 'the demo shows its first alert',
  });
  await Promise.race([arrived, early]);
}

const nothingRuns = () =>
  waitUntil(() => demoProcesses().length === 0, { deadlineMs: 60_000, what: 'every process of the demo has ended' });

test(
  'one round is right, and says so',
  async () => {
    const demo = startDemo(process.execPath, 'tools/run.mjs', 'demo', '--once');
    const code = await demo.ended;
    if (code !== 0) throw new Error(`The demo ended with ${code}: ${demo.output()}`);
    expect(demo.output()).toMatch(/alerts: asked and created +│ 12 +│ 12 +│ ok/);
    expect(demo.output()).toMatch(/All right, after \d+ s\.\n$/);
    await nothingRuns();
  },
  DEADLINE_MS,
);

test(
  'Ctrl-C ends every process; a second demo is refused meanwhile',
  async () => {
    const demo = startDemo(process.execPath, 'tools/run.mjs', 'demo');
    await running(demo);
    expect(demo.output()).toMatch(/Temporal's Web UI +http:/);
    expect(demoProcesses()).not.toEqual([]);

    const second = startDemo(process.execPath, 'tools/run.mjs', 'demo');
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain('A demo runs already');

    demo.process.kill('SIGINT');
    expect(await demo.ended).toBe(0);
    await nothingRuns();
  },
  DEADLINE_MS,
);

test(
  'nothing outlives a demo that is killed, nor one whose parent is',
  async () => {
    const killed = startDemo(process.execPath, 'tools/run.mjs', 'demo');
    await running(killed);
    killed.process.kill('SIGKILL');
    await nothingRuns();

    const orphaned = startDemo('npm', 'run', 'demo');
    await running(orphaned);
    orphaned.process.kill('SIGKILL');
    await nothingRuns();
  },
  2 * DEADLINE_MS,
);

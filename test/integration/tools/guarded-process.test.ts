import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startGuarded, type GuardedProcess } from '../../../scripts/private-servers/guarded-process';
import { isListening } from '../../../scripts/private-servers/ports';
import { temporaryDirectory } from '../../support/test-run';
import { waitUntil } from '../../support/wait-until';

const DEADLINE_MS = 60_000;

/** Says `ready`, then works until SIGTERM, which it takes as `onTerm` says. */
function shell(onTerm: string, lines: string[]): GuardedProcess {
  const script = `trap '${onTerm}' TERM; echo ready; while :; do sleep 0.05; done`;
  return startGuarded({ command: '/bin/sh', parameters: ['-c', script], onLine: (line) => lines.push(line) });
}

const isReady = (lines: string[]) =>
  waitUntil(() => lines.includes('ready'), { deadlineMs: DEADLINE_MS, what: 'ready' });

test.each([
  { program: 'ends well', script: 'exit 0', code: 0 },
  { program: 'fails', script: 'exit 7', code: 7 },
  { program: 'is killed', script: 'kill -9 $$', code: null },
])('a program that $program ends with $code', async ({ script, code }) => {
  expect(await startGuarded({ command: '/bin/sh', parameters: ['-c', script] }).exited).toBe(code);
});

test('a program that is not there has ended, and says why', async () => {
  const missing = startGuarded({ command: '/nowhere/program' });
  expect(await missing.exited).not.toBe(0);
  expect(missing.running()).toBe(false);
  expect(missing.lastOutput()).toContain('/nowhere/program');
});

test('stop lets a program end in its own way', async () => {
  const lines: string[] = [];
  const program = shell('echo bye; exit 3', lines);
  await isReady(lines);
  expect(await program.stop()).toBe(3);
  expect(lines).toContain('bye');
});

test('stop ends a program that is frozen', async () => {
  const lines: string[] = [];
  const program = shell('exit 4', lines);
  await isReady(lines);
  program.signal('SIGSTOP');
  expect(await program.stop()).toBe(4);
});

test('stop kills a program that does not end', async () => {
  const lines: string[] = [];
  const program = startGuarded({
    command: '/bin/sh',
    parameters: ['-c', "trap '' TERM; echo ready; while :; do sleep 0.05; done"],
    graceSeconds: 1,
    onLine: (line) => lines.push(line),
  });
  await isReady(lines);
  expect(await program.stop()).toBeNull();
});

test('once it has ended after SIGKILL its port is free', async () => {
  const lines: string[] = [];
  const script =
    "require('net').createServer().listen(0, '127.0.0.1', function () { console.log(this.address().port); })";
  const program = startGuarded({
    command: process.execPath,
    parameters: ['-e', script],
    onLine: (line) => lines.push(line),
  });
  const port = await waitUntil(() => Number(lines[0]), { deadlineMs: DEADLINE_MS, what: 'the program listens' });
  program.signal('SIGKILL');
  expect(await program.exited).toBeNull();
  expect(await isListening('127.0.0.1', port)).toBe(false);
});

test('a program ends when whoever started it is killed', async () => {
  const directory = temporaryDirectory('guarded');
  const [starter, pidFile, endFile] = ['starter.js', 'pid', 'end'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ];
  const module = join(__dirname, '../../../scripts/private-servers/guarded-process');
  const script = `trap 'echo > ${endFile}; exit' TERM; echo $$ > ${pidFile}; while :; do sleep 0.05; done`;
  writeFileSync(
    starter,
    `require(${JSON.stringify(module)}).startGuarded({ command: '/bin/sh', parameters: ['-c', ${JSON.stringify(script)}] });`,
  );
  const parent = fork(starter, { stdio: 'ignore' });
  await waitUntil(() => existsSync(pidFile), { deadlineMs: DEADLINE_MS, what: 'the program runs' });
  parent.kill('SIGKILL');
  await once(parent, 'close');
  await waitUntil(() => existsSync(endFile), { deadlineMs: DEADLINE_MS, what: 'the program was asked to end' });
});

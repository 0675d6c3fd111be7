import { transformFileSync } from '@swc/core';
import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../../tools/paths';
import { startGuarded, type GuardedProcess } from '../../../tools/servers/guarded-process';
import { isListening } from '../../../tools/servers/ports';
import { temporaryDirectory } from '../../support/test-run';
import { waitUntil } from '../../support/wait-until';

const DEADLINE_MS = 60_000;

/** Prints `ready`, then runs until SIGTERM, which it handles by `onTerm`. */
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

test.each([
  { takes: 'takes SIGTERM', onTerm: (file: string) => `echo > ${file}; exit` },
  { takes: 'ignores SIGTERM', onTerm: () => '' },
])('a program that $takes ends when its starter is killed', async ({ onTerm }) => {
  const directory = temporaryDirectory('guarded');
  const path = (name: string) => join(directory, name);
  // Plain Node runs the starter, so it needs the module as JavaScript, beside the guard.
  const { code } = transformFileSync(join(ROOT, 'tools/servers/guarded-process.ts'));
  writeFileSync(path('guarded-process.js'), code);
  copyFileSync(join(ROOT, 'tools/servers/guard.sh'), path('guard.sh'));
  const script = `trap '${onTerm(path('end'))}' TERM; echo $$ > ${path('pid')}; while :; do sleep 0.05; done`;
  const program = { command: '/bin/sh', parameters: ['-c', script], graceSeconds: 1 };
  writeFileSync(path('starter.js'), `require('./guarded-process').startGuarded(${JSON.stringify(program)});`);
  const parent = fork(path('starter.js'), { stdio: 'ignore' });
  const pid = await waitUntil(() => existsSync(path('pid')) && Number(readFileSync(path('pid'), 'utf8')), {
    deadlineMs: DEADLINE_MS,
    what: 'the program runs',
  });
  parent.kill('SIGKILL');
  await once(parent, 'close');
  await waitUntil(() => !isRunning(pid), { deadlineMs: DEADLINE_MS, what: 'the program has ended' });
  expect(existsSync(path('end'))).toBe(onTerm('') !== '');
});

/** A process that nobody waited for yet is dead, too. */
function isRunning(pid: number): boolean {
  const status = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();
  return status !== '' && !status.startsWith('Z');
}

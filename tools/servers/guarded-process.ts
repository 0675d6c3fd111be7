import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';

export type GuardedProcess = ReturnType<typeof startGuarded>;

export interface GuardedProgram {
  command: string;
  parameters?: readonly string[];
  /** Default: this process's. */
  environment?: NodeJS.ProcessEnv;
  /** Default: this process's. */
  directory?: string;
  /** From SIGTERM to SIGKILL; default 10. */
  graceSeconds?: number;
  /** Called for each line that it writes. */
  onLine?: (line: string, stream: 'stdout' | 'stderr') => void;
}

const GUARD = join(__dirname, 'guard.sh');
const LAST_LINES = 20;
const started = new Set<{ stop(): Promise<unknown> }>();

/**
 * Starts a program that can't outlive this process, even after `kill -9`: guard.sh ends it. The program leads a process
 * group, so that a terminal's Ctrl-C does not reach it and its starter can stop programs in the right order.
 */
export function startGuarded(program: GuardedProgram) {
  const { command, parameters = [], environment = process.env, directory, graceSeconds = 10, onLine } = program;
  const child = spawn('/bin/sh', [GUARD, String(graceSeconds), command, ...parameters], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    detached: true,
    env: environment,
    cwd: directory,
  });
  const watcher = child.stdio[3] as Writable;
  // The pipe breaks when somebody kills the watcher.
  watcher.on('error', () => {});
  child.once('exit', () => watcher.end('\n'));

  const lines: string[] = [];
  for (const stream of ['stdout', 'stderr'] as const) {
    createInterface({ input: child[stream]! }).on('line', (line) => {
      lines.push(line);
      onLine?.(line, stream);
    });
  }

  let running = true;
  const exited = new Promise<number | null>((resolve) => {
    const end = (code: number | null) => {
      running = false;
      started.delete(guarded);
      resolve(code);
    };
    child.once('error', (error) => {
      lines.push(error.message);
      end(null);
    });
    // 'close' comes after 'exit', when everything that the program wrote has been read.
    child.once('close', end);
  });
  const guarded = {
    pid: child.pid ?? -1,
    /** Does nothing when the program has ended. */
    signal: (signal: NodeJS.Signals) => void child.kill(signal),
    /** The exit code, null after a signal. Never rejects. */
    exited,
    running: () => running,
    /** Everything that it wrote so far. */
    lines: lines as readonly string[],
    /** The last lines that it wrote, for an error's sentence. */
    lastOutput: () => lines.slice(-LAST_LINES).join('\n'),
    /** SIGTERM, then SIGKILL after the grace time. Returns the same as `exited`. */
    async stop(): Promise<number | null> {
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      const lastResort = setTimeout(() => child.kill('SIGKILL'), graceSeconds * 1000);
      try {
        return await exited;
      } finally {
        clearTimeout(lastResort);
      }
    },
  };
  started.add(guarded);
  return guarded;
}

/** Stops all programs of this process that still run, the newest first. */
export async function stopAllGuarded(): Promise<void> {
  for (const guarded of [...started].reverse()) await guarded.stop();
}

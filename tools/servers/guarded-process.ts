'use strict';
const { spawn } = require('node:child_process');
const { join } = require('node:path');
const { createInterface } = require('node:readline');

/**
 * @typedef {object} GuardedProcess
 * @property {number} pid leads a process group that holds the program and nothing else of ours
 * @property {(signal: NodeJS.Signals) => void} signal to the program; SIGINT is ignored as in every background process of a shell; nothing happens when it has ended
 * @property {() => Promise<number | null>} stop SIGTERM, then SIGKILL after the grace time; answers like `exited`
 * @property {Promise<number | null>} exited the exit code, null after a signal; never rejects
 * @property {() => boolean} running
 * @property {() => string} lastOutput the last lines that it wrote, for an error's sentence
 */

/*
 * The program runs behind a shell that holds a pipe from this process. When this process ends, however it ends (kill -9
 * included), the pipe closes and the shell ends the program. A process group of its own keeps a terminal's Ctrl-C
 * away from it: whoever started it stops it in the right order.
 */
const GUARD = join(__dirname, 'guard.sh');

const KEPT_LINES = 20;
/** @type {Set<GuardedProcess>} */
const started = new Set();

/**
 * Starts a program that cannot outlive this process.
 * @param {object} options
 * @param {string} options.command
 * @param {readonly string[]} [options.parameters]
 * @param {NodeJS.ProcessEnv} [options.environment] default: this process's
 * @param {string} [options.directory] default: this process's
 * @param {number} [options.graceSeconds] from SIGTERM to SIGKILL; default 10
 * @param {(line: string, stream: 'stdout' | 'stderr') => void} [options.onLine] each line that it writes
 * @returns {GuardedProcess}
 */
function startGuarded({ command, parameters = [], environment, directory, graceSeconds = 10, onLine }) {
  const child = spawn('/bin/sh', [GUARD, String(graceSeconds), command, ...parameters], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    ...(environment === undefined ? {} : { env: environment }),
    ...(directory === undefined ? {} : { cwd: directory }),
  });
  // The pipe is written to by nobody; an error on it means that the program is gone, which `exited` tells.
  child.stdin.on('error', () => {});

  /** @type {string[]} */
  const lines = [];
  for (const stream of /** @type {const} */ (['stdout', 'stderr'])) {
    createInterface({ input: child[stream] }).on('line', (line) => {
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
      onLine?.(line, stream);
    });
  }

  let running = true;
  /** @type {Promise<number | null>} */
  const exited = new Promise((resolve) => {
    child.once('error', (error) => {
      lines.push(error.message);
      running = false;
      started.delete(guarded);
      resolve(null);
    });
    // Not 'exit': that is the shell's end, and after a SIGKILL the program's may take longer. The program holds the pipes.
    child.once('close', (code) => {
      running = false;
      started.delete(guarded);
      resolve(code);
    });
  });

  /** @param {NodeJS.Signals} name */
  const signal = (name) => {
    if (!running || child.pid === undefined) return;
    try {
      process.kill(-child.pid, name);
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error;
    }
  };

  /** @type {GuardedProcess} */
  const guarded = {
    pid: child.pid ?? -1,
    signal,
    exited,
    running: () => running,
    lastOutput: () => lines.join('\n'),
    async stop() {
      signal('SIGCONT');
      signal('SIGTERM');
      const lastResort = setTimeout(() => signal('SIGKILL'), graceSeconds * 1000);
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

/** Stops whatever this process started and did not stop yet, the newest first. */
async function stopAllGuarded() {
  for (const guarded of [...started].reverse()) await guarded.stop();
}

module.exports = { startGuarded, stopAllGuarded };

import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Surroundings } from '../../../tools/setup/surroundings';
import { temporaryDirectory } from '../../support/test-run';

/** A machine whose programs are shell scripts in one folder, which is its whole PATH. */
export interface FakeMachine {
  surroundings: Surroundings & { environment: NodeJS.ProcessEnv };
  /** Puts a program on PATH. `$BIN` in its script is PATH's folder. */
  program(name: string, script?: string): void;
  /** The calls of all programs so far, `name parameter parameter`. */
  calls(): string[];
  /** Lines that the setup printed so far. */
  said: string[];
  /** Whether this path below the cache exists. */
  inCache(path: string): boolean;
}

export function createFakeMachine(options: { isRoot?: boolean } = {}): FakeMachine {
  const directory = temporaryDirectory('machine');
  const bin = join(directory, 'bin');
  const cacheDirectory = join(directory, 'cache');
  const log = join(directory, 'calls');
  mkdirSync(bin);
  const said: string[] = [];

  return {
    said,
    surroundings: {
      environment: { PATH: bin },
      cacheDirectory,
      isRoot: options.isRoot ?? false,
      serverDirectories: [],
      say: (line) => said.push(line),
    },
    program(name, script = '') {
      const lines = ['#!/bin/sh', `echo "${name} $*" >> ${log}`, `BIN=${bin}`, 'PATH=/usr/bin:/bin', script, ''];
      writeFileSync(join(bin, name), lines.join('\n'));
      chmodSync(join(bin, name), 0o755);
    },
    calls: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []),
    inCache: (path) => existsSync(join(cacheDirectory, path)),
  };
}

import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Surroundings } from '../../scripts/installing/surroundings';
import { temporaryDirectory } from './test-run';

/** A machine whose programs are shell scripts in a folder that is its whole PATH. */
export interface FakeMachine {
  surroundings: Surroundings & { environment: NodeJS.ProcessEnv };
  /** Puts a program on PATH; `$BIN` is PATH's folder, and every call is recorded. */
  program(name: string, script?: string): void;
  /** The calls so far, `name parameter parameter`. */
  calls(): string[];
  /** What the setup said so far. */
  said: string[];
  /** Whether this path below the cache is there. */
  inCache(path: string): boolean;
  /** Writes the lock file, and npm's record of what it installed, if it did. */
  packages(locked: object, installed?: object): void;
}

export function createFakeMachine(options: { isRoot?: boolean } = {}): FakeMachine {
  const directory = temporaryDirectory('machine');
  const bin = join(directory, 'bin');
  const cacheDirectory = join(directory, 'cache');
  const projectDirectory = join(directory, 'project');
  const log = join(directory, 'calls');
  for (const each of [bin, projectDirectory]) mkdirSync(each);
  const said: string[] = [];

  return {
    said,
    surroundings: {
      environment: { PATH: bin },
      projectDirectory,
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
    packages(locked, installed) {
      writeFileSync(join(projectDirectory, 'package-lock.json'), JSON.stringify({ packages: { '': {}, ...locked } }));
      rmSync(join(projectDirectory, 'node_modules'), { recursive: true, force: true });
      if (installed === undefined) return;
      mkdirSync(join(projectDirectory, 'node_modules'));
      const record = join(projectDirectory, 'node_modules', '.package-lock.json');
      writeFileSync(record, JSON.stringify({ packages: installed }));
    },
  };
}

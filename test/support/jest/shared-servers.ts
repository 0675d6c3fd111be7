import { once } from 'node:events';
import { accessSync, constants, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stopAllGuarded } from '../../../tools/servers/guarded-process';
import { startDatabase, type DatabaseAccount } from '../../../tools/servers/start-database';
import { startTemporal } from '../../../tools/servers/start-temporal';

/** The answer to a test file that asks for a shared server. */
export interface SharedServers {
  database: DatabaseAccount;
  temporal: { address: string };
}

const DIRECTORY_PREFIX = 'openeg-tests-';

const STARTS: Record<string, (directory: string) => Promise<SharedServers[keyof SharedServers]>> = {
  '/database': async (directory) => {
    const { host, port, user, password } = await startDatabase({ dataDirectory: join(directory, 'database') });
    return { host, port, user, password };
  },
  '/temporal': async () => ({ address: (await startTemporal()).address }),
};

export type SharedServerHost = Awaited<ReturnType<typeof openSharedServers>>;

/**
 * One database and one Temporal server for the whole test run, in jest's main process. Test files ask for them over HTTP,
 * and the first one starts them: a run of unit tests starts none.
 */
export async function openSharedServers() {
  removeLeftDirectories();
  const directory = join(memoryDirectory(), `${DIRECTORY_PREFIX}${process.pid}`);
  mkdirSync(directory, { mode: 0o700 });
  const running = new Map<string, Promise<unknown>>();

  async function answer(path: string): Promise<unknown> {
    const start = STARTS[path];
    if (start === undefined) throw new Error(`No server has the name ${path}`);
    const starting = running.get(path) ?? start(directory);
    running.set(path, starting);
    return starting;
  }

  const http = createServer((request, response) => {
    // A connection that stays open can be closed by its age in the moment of its next use.
    response.setHeader('connection', 'close');
    answer(request.url ?? '').then(
      (server) => response.end(JSON.stringify(server)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');

  return {
    directory,
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    async close(): Promise<void> {
      http.closeAllConnections();
      http.close();
      await stopAllGuarded();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** On Linux a directory in memory, where files cost no disk writes; else the system's one for temporary files. */
function memoryDirectory(): string {
  try {
    accessSync('/dev/shm', constants.W_OK);
    return '/dev/shm';
  } catch {
    return tmpdir();
  }
}

/** A killed run leaves its directory, which can be memory. */
function removeLeftDirectories(): void {
  for (const name of readdirSync(memoryDirectory())) {
    if (!name.startsWith(DIRECTORY_PREFIX)) continue;
    const pid = Number(name.slice(DIRECTORY_PREFIX.length));
    if (!isAlive(pid)) rmSync(join(memoryDirectory(), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

import { once } from 'node:events';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { stopAllGuarded } from '../../tools/servers/guarded-process';
import { startDatabase } from '../../tools/servers/start-database';
import { startTemporal } from '../../tools/servers/start-temporal';
import { memoryDirectory } from './memory-directory';

/** What a test file is told when it asks for a server that all files share. */
export interface SharedServers {
  database: { host: string; port: number; user: string; password: string };
  temporal: { address: string };
}

const DIRECTORY_PREFIX = 'openeg-tests-';

/**
 * One database and one Temporal server for the whole test run, in jest's main process, each started when the first
 * test file asks for it over HTTP: a run of unit tests alone starts nothing.
 */
export class SharedServerHost {
  readonly directory: string;
  private readonly http: Server;
  private readonly running = new Map<string, Promise<unknown>>();

  private constructor(directory: string) {
    this.directory = directory;
    this.http = createServer((request, response) => {
      // Kept open, a connection might be closed by its age just when it is used again.
      response.setHeader('connection', 'close');
      this.answer(request.url ?? '').then(
        (server) => response.end(JSON.stringify(server)),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    });
  }

  static async open(): Promise<SharedServerHost> {
    removeLeftDirectories();
    const directory = join(memoryDirectory(), `${DIRECTORY_PREFIX}${process.pid}`);
    mkdirSync(directory, { mode: 0o700 });
    const host = new SharedServerHost(directory);
    host.http.listen(0, '127.0.0.1');
    await once(host.http, 'listening');
    return host;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.http.closeAllConnections();
    this.http.close();
    await stopAllGuarded();
    rmSync(this.directory, { recursive: true, force: true });
  }

  private answer(path: string): Promise<unknown> {
    const starting = this.running.get(path) ?? this.start(path);
    this.running.set(path, starting);
    return starting;
  }

  private async start(path: string): Promise<SharedServers[keyof SharedServers]> {
    if (path === '/database') {
      const { host, port, user, password } = await startDatabase({ dataDirectory: join(this.directory, 'database') });
      return { host, port, user, password };
    }
    if (path === '/temporal') {
      const { address } = await startTemporal();
      return { address };
    }
    throw new Error(`No server is called ${path}`);
  }
}

/** A killed run leaves its directory, and that may be memory: the next run frees it. */
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

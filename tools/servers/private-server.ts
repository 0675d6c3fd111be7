import { waitUntil } from '../wait-until';
import { startGuarded, type GuardedProcess, type GuardedProgram } from './guarded-process';
import { freePort, isListening } from './ports';

const START_DEADLINE_MS = 60_000;
const START_ATTEMPTS = 3;

export type PrivateServer = Awaited<ReturnType<typeof startPrivateServer>>;

export interface ServerProgram extends Omit<GuardedProgram, 'parameters'> {
  /** For errors. */
  name: string;
  parameters: (port: number) => readonly string[];
}

/**
 * Starts a server on 127.0.0.1 that its owner may end and bring back at the same port, and waits until it accepts
 * connections.
 * @throws Error with the server's last output
 */
export async function startPrivateServer(program: ServerProgram) {
  const { port, started } = await startOnFreePort((free) => startOn(free, program));
  let server = started;
  return {
    port,
    /** Ends it cleanly if it runs, then starts it. */
    async restart(): Promise<void> {
      await server.stop();
      server = await startOn(port, program);
    },
    /** SIGKILL, like a crash; `restart` brings it back. */
    async kill(): Promise<void> {
      server.signal('SIGKILL');
      await server.exited;
    },
    signal: (signal: NodeJS.Signals) => server.signal(signal),
    async stop(): Promise<void> {
      await server.stop();
    },
  };
}

/**
 * Another process may take a port between its choice and the server's start: then this tries another one, unless the
 * caller wants exactly this port.
 */
export async function startOnFreePort<Started>(
  start: (port: number) => Promise<Started>,
  wanted?: number,
): Promise<{ port: number; started: Started }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = wanted ?? (await freePort());
    try {
      return { port, started: await start(port) };
    } catch (error) {
      if (wanted !== undefined || attempt === START_ATTEMPTS) throw error;
    }
  }
}

async function startOn(port: number, { parameters, ...program }: ServerProgram): Promise<GuardedProcess> {
  const server = startGuarded({ ...program, parameters: parameters(port) });
  await waitForPort(program.name, port, server);
  return server;
}

/** @throws Error with the last output of a server that ends, or does not open its port within a minute; then it is stopped */
export async function waitForPort(name: string, port: number, server: GuardedProcess): Promise<void> {
  try {
    const what = `${name} accepts connections on port ${port}`;
    await waitUntil(async () => !server.running() || isListening('127.0.0.1', port), {
      deadlineMs: START_DEADLINE_MS,
      what,
    });
  } catch (error) {
    await server.stop();
    throw new Error(`${String(error)}. ${server.lastOutput()}`, { cause: error });
  }
  if (!server.running()) throw new Error(`${name} ended while it started. ${server.lastOutput()}`);
}

import Fastify, { type FastifyInstance } from 'fastify';
import type { AddressInfo } from 'node:net';

/** A request's body: its bytes, and their JSON value (undefined when they are no JSON). */
export interface JsonBody {
  bytes: Buffer;
  json: unknown;
}

export interface SimulatedServer {
  /** `http://127.0.0.1:PORT`, the same before and after an outage. */
  url: string;
  /** False closes every connection and refuses new ones; true listens on the same port again. */
  setListening(isListening: boolean): Promise<void>;
  close(): Promise<void>;
}

/** Higher than every limit of a simulated system, which answers a long body by itself. */
const BODY_LIMIT_BYTES = 64 * 1024 * 1024;
/** Longer than every client keeps an idle connection. A close at the time of a request would be an unwanted fault. */
const KEEP_ALIVE_MS = 120_000;
/** An escaped Korean id is nine times as long as the id. */
const MAX_PARAMETER_LENGTH = 2_000;

/** An application whose handlers get each body as a `JsonBody`, for every content type. */
export function createApplication(): FastifyInstance {
  const application = Fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    keepAliveTimeout: KEEP_ALIVE_MS,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH },
  });
  application.removeAllContentTypeParsers();
  application.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, bytes: Buffer, done) => {
    done(null, { bytes, json: parseJson(bytes) } satisfies JsonBody);
  });
  return application;
}

/** The JSON value of a request's body; undefined when it has none. */
export function jsonOf(body: unknown): unknown {
  return (body as JsonBody | null | undefined)?.json;
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Serves one simulated system. Each has its own port, so that one alone can refuse connections. Port 0 is a free one.
 * This listens on the HTTP server directly, because Fastify's `listen` works only once.
 */
export async function startSimulatedServer(
  application: FastifyInstance,
  { host, port: wantedPort }: { host: string; port: number },
): Promise<SimulatedServer> {
  await application.ready();
  const { server } = application;

  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });

  await listen(wantedPort);
  const { port } = server.address() as AddressInfo;
  let change = Promise.resolve();

  function setListening(isListening: boolean): Promise<void> {
    change = change.then(async () => {
      if (server.listening !== isListening) await (isListening ? listen(port) : stop());
    });
    return change;
  }

  return { url: `http://${host}:${port}`, setListening, close: () => setListening(false) };
}

/** Delays that end with the server: after `cancel` none of them resolves any more. */
export interface Delays {
  wait(delayMs: number): Promise<void>;
  cancel(): void;
}

export function createDelays(): Delays {
  const timers = new Set<NodeJS.Timeout>();
  return {
    async wait(delayMs) {
      // A timer of 0 ms takes a millisecond, which a benchmark without latency would measure.
      if (delayMs <= 0) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => {
          timers.delete(timer);
          resolve();
        }, delayMs);
        timers.add(timer);
      });
    },
    cancel() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

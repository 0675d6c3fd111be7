import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface PartServer {
  port: number;
  /** `http://127.0.0.1:PORT`, the same before and after a downtime. */
  url: string;
  /** False closes every connection and refuses new ones; true listens on the same port again. */
  setListening(listening: boolean): Promise<void>;
  close(): Promise<void>;
}

/** One simulated system on a port of its own, so that it alone can refuse connections. Port 0 picks a free one. */
export async function startPartServer(options: {
  host: string;
  port: number;
  onRequest: (request: IncomingMessage, response: ServerResponse) => void;
}): Promise<PartServer> {
  const server = createServer(options.onRequest);
  // Longer than any client keeps a connection idle: a close that races with a request would be a fault nobody asked for.
  server.keepAliveTimeout = 120_000;

  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, options.host, () => {
        server.off('error', reject);
        resolve();
      });
    });
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });

  await listen(options.port);
  const { port } = server.address() as AddressInfo;
  let change = Promise.resolve();

  function setListening(listening: boolean): Promise<void> {
    change = change.then(async () => {
      if (server.listening !== listening) await (listening ? listen(port) : stop());
    });
    return change;
  }

  return { port, url: `http://${options.host}:${port}`, setListening, close: () => setListening(false) };
}

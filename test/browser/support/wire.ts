import { readFile } from 'node:fs/promises';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiErrorCode } from '../../../src/domain/shared/api-errors';

const CLIPS = join(__dirname, '..', 'clips');
/** The demo's own video: of the clips the only one that is longer than a browser reads at once. */
const DEMO_VIDEO = join(__dirname, '../../../web/lecture-page/lecture.mp4');

/** A call of the progress API that passed the wire. */
export interface WireCall {
  method: string;
  path: string;
  body: Record<string, unknown>;
  atMs: number;
  /** Undefined when the page got no answer. */
  status: number | undefined;
}

export type WireFault =
  /** The connection breaks, and the server does not get the call. */
  | 'dead'
  /** The server answers, and its answer is lost. */
  | 'answer lost'
  /** With `code` an error of the API, without it the page of a proxy. */
  | { status: number; code?: ApiErrorCode; headers?: Record<string, string> };

/**
 * A proxy between page and server, on another port and under a prefix. It also serves the clips, lists each call of the
 * progress API, and makes the faults that a test asks for.
 */
export interface Wire {
  /** Contains the prefix, and does not end with a slash. */
  url: string;
  calls: WireCall[];
  /** Returns the fault of a call, or undefined to pass the call on. */
  fault: (call: WireCall) => WireFault | undefined;
  /** Added to the duration of each call of the progress API. */
  latencyMs: number;
  /** The highest number of saves in flight so far. */
  mostSavesInFlight: number;
  /** The wire stops to send a clip after this many bytes, until the value is undefined again. */
  clipStopsAt: number | undefined;
  close(): Promise<void>;
}

const PREFIX = '/lms';
const PROXY_PAGE = '<!doctype html><title>Blocked</title><p>The request was blocked.';

export async function startWire(serverUrl: string, pages: Record<string, string> = {}): Promise<Wire> {
  let savesInFlight = 0;
  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing).catch(() => outgoing.destroy()));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const wire: Wire = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${PREFIX}`,
    calls: [],
    fault: () => undefined,
    latencyMs: 0,
    mostSavesInFlight: 0,
    clipStopsAt: undefined,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
  return wire;

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const path = (incoming.url ?? '').slice(PREFIX.length);
    const page = pages[path.split('?')[0] ?? ''];
    if (page !== undefined) {
      outgoing.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
    } else if (path.startsWith('/clips/')) {
      await sendClip(path.slice('/clips/'.length), incoming, outgoing);
    } else if (path.startsWith('/api/progress')) {
      await passCall(path, incoming, outgoing);
    } else {
      await pass(path, incoming, outgoing, await bodyOf(incoming));
    }
  }

  async function passCall(path: string, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const isSave = incoming.method === 'POST';
    const body = await bodyOf(incoming);
    const call: WireCall = {
      method: incoming.method ?? '',
      path,
      body: isSave ? (JSON.parse(body.toString()) as Record<string, unknown>) : {},
      atMs: Date.now(),
      status: undefined,
    };
    wire.calls.push(call);
    savesInFlight += isSave ? 1 : 0;
    wire.mostSavesInFlight = Math.max(wire.mostSavesInFlight, savesInFlight);
    try {
      const fault = wire.fault(call);
      if (fault === 'dead') {
        outgoing.destroy();
      } else if (typeof fault === 'object') {
        call.status = fault.status;
        const type = fault.code === undefined ? 'text/html' : 'application/json';
        outgoing.writeHead(fault.status, { 'content-type': type, ...fault.headers });
        outgoing.end(fault.code === undefined ? PROXY_PAGE : JSON.stringify({ code: fault.code, message: 'A fault.' }));
      } else {
        if (wire.latencyMs > 0) await sleep(wire.latencyMs);
        call.status = await pass(path, incoming, fault === undefined ? outgoing : undefined, body);
        if (fault === 'answer lost') outgoing.destroy();
      }
    } finally {
      savesInFlight -= isSave ? 1 : 0;
    }
  }

  function pass(
    path: string,
    incoming: IncomingMessage,
    outgoing: ServerResponse | undefined,
    body: Buffer,
  ): Promise<number> {
    return new Promise((resolve, reject) => {
      const { host: _host, connection: _connection, ...headers } = incoming.headers;
      const onward = httpRequest(`${serverUrl}${path}`, { method: incoming.method, headers }, (response) => {
        const status = response.statusCode ?? 0;
        response.once('end', () => resolve(status)).once('error', reject);
        if (outgoing === undefined) response.resume();
        else response.pipe(outgoing.writeHead(status, response.headers));
      });
      onward.once('error', reject).end(body);
    });
  }

  async function sendClip(name: string, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const content = await readFile(name === 'lecture.mp4' ? DEMO_VIDEO : join(CLIPS, name));
    const range = byteRangeOf(incoming.headers.range, content.length);
    if (range === undefined) {
      outgoing.writeHead(200, { 'content-type': 'video/mp4', 'accept-ranges': 'bytes' }).end(content);
      return;
    }
    outgoing.writeHead(206, {
      'content-type': 'video/mp4',
      'accept-ranges': 'bytes',
      'content-range': `bytes ${range.from}-${range.to}/${content.length}`,
      'content-length': range.to - range.from + 1,
    });
    const stop = Math.max(range.from, Math.min(wire.clipStopsAt ?? content.length, range.to + 1));
    outgoing.write(content.subarray(range.from, stop));
    while (wire.clipStopsAt !== undefined && !outgoing.destroyed) await sleep(20);
    outgoing.end(content.subarray(stop, range.to + 1));
  }
}

/** The one range that Chromium asks of a video, `bytes=FROM-` or `bytes=FROM-TO`; undefined without a `Range` header. */
function byteRangeOf(header: string | undefined, size: number): { from: number; to: number } | undefined {
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(header ?? '') ?? [];
  return from === undefined ? undefined : { from: Number(from), to: Math.min(Number(to || size), size - 1) };
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

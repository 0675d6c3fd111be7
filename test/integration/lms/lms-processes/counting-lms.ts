import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Close to the longest time for which an LMS works on a request (contract section 1: 5 s), answered or not. */
const LONG_MS = 4_900;
const SHORT_MS = 20;
const LONG_EVERY = 25;

export interface CountingLms {
  url: string;
  /** Requests of a cohort so far. */
  requestsOf(skId: string): number;
  inFlight(): number;
  peakInFlight(): number;
  /** Requests that arrived while the LMS was working on one of another process. */
  overlaps(): string[];
  close(): void;
}

/** An LMS with one operation. It works on each request to the end, also when the caller died. */
export async function startCountingLms(): Promise<CountingLms> {
  const working = new Map<string, number>();
  const requests = new Map<string, number>();
  const overlaps: string[] = [];
  let inFlight = 0;
  let peak = 0;
  let served = 0;
  const server = createServer((request, response) => {
    if (request.url!.endsWith('/auth/login')) {
      response.end(JSON.stringify({ accessToken: 'token', expiresIn: 3600 }));
      return;
    }
    const skId = request.url!.split('/')[4]!;
    for (const [other, count] of working) if (other !== skId && count > 0) overlaps.push(`${skId} beside ${other}`);
    requests.set(skId, (requests.get(skId) ?? 0) + 1);
    working.set(skId, (working.get(skId) ?? 0) + 1);
    inFlight += 1;
    peak = Math.max(peak, inFlight);
    served += 1;
    setTimeout(
      () => {
        inFlight -= 1;
        working.set(skId, working.get(skId)! - 1);
        response.end('{"items":[],"nextCursor":null}');
      },
      served % LONG_EVERY === 0 ? LONG_MS : SHORT_MS,
    ).unref();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requestsOf: (skId) => requests.get(skId) ?? 0,
    inFlight: () => inFlight,
    peakInFlight: () => peak,
    overlaps: () => overlaps,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

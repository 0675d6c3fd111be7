import type { IncomingMessage } from 'node:http';

/** The whole body of a request; null when the caller hung up or sent more than `limitBytes`. */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      // Reads on to the end, so that the answer finds a connection that is in order.
      if (size <= limitBytes) chunks.push(chunk);
    }
  } catch {
    return null;
  }
  return size <= limitBytes ? Buffer.concat(chunks) : null;
}

/** The JSON value of a body; undefined when it is none. */
export function parseJson(body: Buffer | null): unknown {
  if (body === null) return undefined;
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { createFaultPlan, type FaultPlan } from '../faults';
import type { ChatFault, ChatKnobs } from '../knobs';
import { startPartServer, type PartServer } from '../part-server';
import { createRandom } from '../random';
import { parseJson, readBody } from '../read-body';
import { chatMessageSchema, type ChatMessageBody } from './chat-message-schema';
import type { ChatSpaces } from './chat-spaces';

/** Google Chat's limit for a message, in bytes of UTF-8. */
const MESSAGE_LIMIT_BYTES = 32_000;
const BODY_LIMIT_BYTES = 1_000_000;

export interface ChatServer extends PartServer {
  faults: FaultPlan;
  /** The webhook of a space, its secrets included. */
  webhookUrl(space: string): string;
}

const GOOGLE_STATUS: Record<number, string> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
};

/** Google Chat's incoming webhooks (contract section 2). */
export async function startChatServer(options: {
  host: string;
  port: number;
  seed: string;
  knobs: ChatKnobs;
  spaces: ChatSpaces;
  /** The webhooks' `key`; each space's `token` is this and the space's name behind it. */
  webhookKey: string;
  webhookToken: string;
}): Promise<ChatServer> {
  const { knobs, spaces } = options;
  const random = createRandom(options.seed, 'chat-faults');
  const faults = createFaultPlan(random);
  const timers = new Set<NodeJS.Timeout>();
  const tokenOf = (space: string) => `${options.webhookToken}-${space}`;
  const later = (delayMs: number, act: () => void) => {
    if (delayMs <= 0) return act();
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, delayMs);
    timers.add(timer);
  };

  // Checked in this order: the webhook and its secrets, the message, the quota of the space.
  function onRequest(request: IncomingMessage, response: ServerResponse): void {
    serve(request, response).catch(() => refuse(response, 500, 'the simulator failed'));
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://chat');
    const raw = await readBody(request, BODY_LIMIT_BYTES);
    const space = /^\/v1\/spaces\/([^/]+)\/messages$/.exec(url.pathname)?.[1];
    if (request.method !== 'POST' || space === undefined) return refuse(response, 404, 'no such method');
    spaces.counts.posts += 1;
    if (knobs.availability === 'unavailable') return refuse(response, 503, 'The service is currently unavailable.');
    later(knobs.latencyMs + random() * knobs.jitterMs, () => answer(response, decodeURIComponent(space), url, raw));
  }

  function answer(response: ServerResponse, space: string, url: URL, raw: Buffer | null): void {
    if (url.searchParams.get('key') !== options.webhookKey || url.searchParams.get('token') !== tokenOf(space)) {
      return refuse(response, 403, 'The caller does not have permission');
    }
    if (knobs.revokedSpaces.includes(space)) return refuse(response, 404, 'Requested entity was not found.');
    const parsed = chatMessageSchema.safeParse(parseJson(raw));
    if (raw !== null && parsed.success) {
      const fault = faults.next(knobs.faults, (rule) => isMeantFor(rule, space, raw, parsed.data));
      if (fault !== undefined) return strike(response, fault, space, url, parsed.data, raw);
    }
    if (raw === null || raw.length > MESSAGE_LIMIT_BYTES) return refuse(response, 400, 'Message is too long');
    if (!parsed.success)
      return refuse(response, 400, `Invalid JSON payload received. ${z.prettifyError(parsed.error)}`);
    const name = create(response, space, url, parsed.data);
    if (name !== null) send(response, 200, { name, space: { name: `spaces/${space}` } });
  }

  /** The message's name; null when the space's second is not over, which is answered here. */
  function create(response: ServerResponse, space: string, url: URL, body: ChatMessageBody): string | null {
    if (!spaces.takeTurn(space, knobs.messageIntervalMs)) {
      spaces.counts.rateLimited += 1;
      send(response, 429, errorBody(429, 'Resource has been exhausted'), knobs.rateLimitRetryAfterSeconds);
      return null;
    }
    const message = spaces.post({
      space,
      requestId: url.searchParams.get('requestId'),
      threadKey: url.searchParams.get('threadKey') ?? body.thread?.threadKey ?? null,
      replies: (url.searchParams.get('messageReplyOption') ?? '').startsWith('REPLY_MESSAGE'),
      body,
    });
    return `spaces/${space}/messages/${message.number}`;
  }

  /** A fault that creates first obeys Chat's own rules: too long a message or too early a one is never created. */
  function strike(
    response: ServerResponse,
    fault: ChatFault,
    space: string,
    url: URL,
    body: ChatMessageBody,
    raw: Buffer,
  ): void {
    if (
      fault.fault.startsWith('create-') &&
      (raw.length > MESSAGE_LIMIT_BYTES || create(response, space, url, body) === null)
    ) {
      if (!response.headersSent) refuse(response, 400, 'Message is too long');
      return;
    }
    switch (fault.fault) {
      case 'status':
        return refuse(response, fault.status, 'simulated', fault.retryAfterSeconds);
      case 'create-then-fail':
        return refuse(response, 500, 'Internal error encountered.');
      case 'reset':
      case 'create-then-reset':
        return void response.socket?.resetAndDestroy();
      case 'hang':
      case 'create-then-hang':
        return later(knobs.hangMs, () => void response.socket?.resetAndDestroy());
    }
  }

  const errorBody = (status: number, message: string) => ({
    error: { code: status, message, status: GOOGLE_STATUS[status] ?? 'INTERNAL' },
  });

  function refuse(response: ServerResponse, status: number, message: string, retryAfterSeconds: number | null = null) {
    // What another try cannot heal.
    if (status < 500 && status !== 429) spaces.counts.refused += 1;
    send(response, status, errorBody(status, message), retryAfterSeconds);
  }

  function send(
    response: ServerResponse,
    status: number,
    value: object,
    retryAfterSeconds: number | null = null,
  ): void {
    const json = JSON.stringify(value);
    response.writeHead(status, {
      'content-type': 'application/json; charset=UTF-8',
      'content-length': Buffer.byteLength(json),
      ...(retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) }),
    });
    response.end(json);
  }

  const part = await startPartServer({ host: options.host, port: options.port, onRequest });
  return {
    ...part,
    faults,
    webhookUrl: (space) =>
      `${part.url}/v1/spaces/${encodeURIComponent(space)}/messages?key=${encodeURIComponent(options.webhookKey)}` +
      `&token=${encodeURIComponent(tokenOf(space))}`,
    async close() {
      for (const timer of timers) clearTimeout(timer);
      await part.close();
    },
  };
}

function isMeantFor(rule: ChatFault, space: string, raw: Buffer, body: ChatMessageBody): boolean {
  if (rule.spaces !== undefined && !rule.spaces.includes(space)) return false;
  if (rule.cardsOnly && (body.cardsV2 ?? []).length === 0) return false;
  return rule.containing === undefined || raw.includes(rule.containing);
}

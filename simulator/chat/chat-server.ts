import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { createFaultPlan, type FaultPlan } from '../faults';
import type { ChatFault, ChatKnobs } from '../knobs';
import { createRandom } from '../random';
import {
  createApplication,
  createDelays,
  startSimulatedServer,
  type Delays,
  type JsonBody,
  type SimulatedServer,
} from '../simulated-server';
import { chatMessageSchema, type ChatMessageBody } from './chat-message-schema';
import type { ChatSpaces } from './chat-spaces';

/** Google Chat's limit for a message, in bytes of UTF-8. */
const MESSAGE_LIMIT_BYTES = 32_000;

const GOOGLE_STATUS: Record<number, string> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
};

export interface ChatServer extends SimulatedServer {
  faults: FaultPlan;
  /** The webhook of a space, with its secrets. */
  webhookUrl(space: string): string;
}

export interface ChatServerOptions {
  host: string;
  port: number;
  seed: string;
  knobs: ChatKnobs;
  spaces: ChatSpaces;
  /** The webhooks' `key`. */
  webhookKey: string;
  /** A space's `token` is this, a hyphen and the space's name. */
  webhookToken: string;
}

interface ChatContext extends ChatServerOptions {
  faults: FaultPlan;
  delays: Delays;
}

/** One post to a webhook. */
interface ChatPost {
  space: string;
  query: Query;
  bytes: Buffer;
  json: unknown;
}

type Query = Record<'key' | 'token' | 'requestId' | 'threadKey' | 'messageReplyOption', string | undefined>;

interface ChatAnswer {
  status: number;
  value: object;
  retryAfterSeconds?: number | null;
}

/** Google Chat's incoming webhooks (contract section 2). */
export async function startChatServer(options: ChatServerOptions): Promise<ChatServer> {
  const { knobs, spaces } = options;
  const random = createRandom(options.seed, 'chat-faults');
  const context: ChatContext = { ...options, faults: createFaultPlan(random), delays: createDelays() };

  const application = createApplication();
  application.post<{ Params: { space: string }; Querystring: Query; Body: JsonBody | null }>(
    '/v1/spaces/:space/messages',
    async (request, reply) => {
      spaces.counts.posts += 1;
      if (knobs.availability === 'unavailable') {
        return send(reply, refusal(spaces, 503, 'The service is currently unavailable.'));
      }
      await context.delays.wait(knobs.latencyMs + random() * knobs.jitterMs);
      const { bytes, json } = request.body ?? { bytes: Buffer.alloc(0), json: undefined };
      return answerPost(context, { space: request.params.space, query: request.query, bytes, json }, reply);
    },
  );
  application.setNotFoundHandler((_request, reply) => send(reply, refusal(spaces, 404, 'no such method')));
  application.setErrorHandler((_error, _request, reply) => send(reply, refusal(spaces, 500, 'the simulator failed')));

  const server = await startSimulatedServer(application, options);
  return {
    ...server,
    faults: context.faults,
    webhookUrl: (space) =>
      `${server.url}/v1/spaces/${encodeURIComponent(space)}/messages?key=${encodeURIComponent(options.webhookKey)}` +
      `&token=${encodeURIComponent(tokenOf(options, space))}`,
    async close() {
      context.delays.cancel();
      await server.close();
    },
  };
}

function tokenOf({ webhookToken }: ChatServerOptions, space: string): string {
  return `${webhookToken}-${space}`;
}

/** Chat checks the webhook and its secrets first, then the message, then the quota of the space. */
async function answerPost(context: ChatContext, post: ChatPost, reply: FastifyReply): Promise<unknown> {
  const { knobs, spaces, faults } = context;
  const { space, query, bytes } = post;
  if (query.key !== context.webhookKey || query.token !== tokenOf(context, space)) {
    return send(reply, refusal(spaces, 403, 'The caller does not have permission'));
  }
  if (knobs.revokedSpaces.includes(space)) return send(reply, refusal(spaces, 404, 'Requested entity was not found.'));
  const message = chatMessageSchema.safeParse(post.json);
  const fault = message.success
    ? faults.next(knobs.faults, (rule) => isMeantFor(rule, space, bytes, message.data))
    : undefined;
  if (message.success && fault !== undefined) return strike(context, fault, post, message.data, reply);
  if (bytes.length > MESSAGE_LIMIT_BYTES) return send(reply, refusal(spaces, 400, 'Message is too long'));
  if (!message.success) {
    const reason = z.prettifyError(message.error);
    return send(reply, refusal(spaces, 400, `Invalid JSON payload received. ${reason}`));
  }
  return send(reply, create(context, post, message.data));
}

function isMeantFor(rule: ChatFault, space: string, bytes: Buffer, body: ChatMessageBody): boolean {
  if (rule.spaces !== undefined && !rule.spaces.includes(space)) return false;
  if (rule.cardsOnly && (body.cardsV2 ?? []).length === 0) return false;
  return rule.containing === undefined || bytes.includes(rule.containing);
}

/** A fault that creates the message first obeys Chat's own rules: a message that is too long or too early is refused. */
async function strike(
  context: ChatContext,
  fault: ChatFault,
  post: ChatPost,
  body: ChatMessageBody,
  reply: FastifyReply,
): Promise<unknown> {
  const { knobs, spaces, delays } = context;
  if (fault.fault.startsWith('create-')) {
    if (post.bytes.length > MESSAGE_LIMIT_BYTES) return send(reply, refusal(spaces, 400, 'Message is too long'));
    const created = create(context, post, body);
    if (created.status !== 200) return send(reply, created);
  }
  switch (fault.fault) {
    case 'status':
      return send(reply, refusal(spaces, fault.status, 'simulated', fault.retryAfterSeconds));
    case 'create-then-fail':
      return send(reply, refusal(spaces, 500, 'Internal error encountered.'));
    case 'reset':
    case 'create-then-reset':
    case 'hang':
    case 'create-then-hang':
      reply.hijack();
      await delays.wait(fault.fault.endsWith('hang') ? knobs.hangMs : 0);
      return reply.raw.socket?.resetAndDestroy();
  }
}

/** Creates the message, unless the space's last one is younger than the interval. */
function create({ knobs, spaces }: ChatContext, { space, query }: ChatPost, body: ChatMessageBody): ChatAnswer {
  if (!spaces.takeTurn(space, knobs.messageIntervalMs)) {
    spaces.counts.rateLimited += 1;
    const value = errorBody(429, 'Resource has been exhausted');
    return { status: 429, value, retryAfterSeconds: knobs.rateLimitRetryAfterSeconds };
  }
  const message = spaces.post({
    space,
    requestId: query.requestId ?? null,
    threadKey: query.threadKey ?? body.thread?.threadKey ?? null,
    replies: (query.messageReplyOption ?? '').startsWith('REPLY_MESSAGE'),
    body,
  });
  const name = `spaces/${space}/messages/${message.number}`;
  return { status: 200, value: { name, space: { name: `spaces/${space}` } } };
}

function refusal(
  spaces: ChatSpaces,
  status: number,
  message: string,
  retryAfterSeconds: number | null = null,
): ChatAnswer {
  // Another post of the same message would be refused too.
  if (status < 500 && status !== 429) spaces.counts.refused += 1;
  return { status, value: errorBody(status, message), retryAfterSeconds };
}

function errorBody(status: number, message: string): object {
  return { error: { code: status, message, status: GOOGLE_STATUS[status] ?? 'INTERNAL' } };
}

function send(reply: FastifyReply, { status, value, retryAfterSeconds = null }: ChatAnswer): FastifyReply {
  if (retryAfterSeconds !== null) reply.header('retry-after', String(retryAfterSeconds));
  return reply.code(status).type('application/json; charset=UTF-8').send(JSON.stringify(value));
}

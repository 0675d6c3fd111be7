import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createChatClient, type ChatClient } from '../../../src/adapters/chat/chat-client';
import { ServiceError } from '../../../src/domain/shared/service-error';

const CREATED = '{"name":"spaces/A/messages/1"}';
const SECRETS = '?key=secret-key&token=secret%2Ftoken';
let server: Server;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let client: ChatClient;
/** Has a short timeout, for answers that never come. */
let impatient: ChatClient;
let webhookUrl: string;
beforeAll(async () => {
  server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  webhookUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/spaces/A/messages${SECRETS}`;
  client = createChatClient();
  impatient = createChatClient({ timeoutMs: 300 });
});
afterAll(async () => {
  await Promise.all([client?.close(), impatient?.close()]);
  server?.closeAllConnections();
  await new Promise((resolve) => server?.close(resolve));
});

const options = { requestId: 'hash', threadKey: 'thread', signal: new AbortController().signal };
const failureOf = (url = webhookUrl, by = client) =>
  by.post({ text: '안녕' }, url, options).then(
    () => undefined,
    (error: unknown) => error as ServiceError,
  );
const answering = (status: number, headers: Record<string, string> = {}, body = '{}') => {
  answer = (request, response) => {
    request.resume();
    response.writeHead(status, headers).end(body);
  };
};
/** Google's answer to an unknown key. */
const errorWith = (...details: object[]) => ({
  error: { code: 400, message: 'API key not valid. secret-key', status: 'INVALID_ARGUMENT', details },
});
const KEY_INVALID = {
  '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
  reason: 'API_KEY_INVALID',
  domain: 'googleapis.com',
};

describe('the chat client', () => {
  it("keeps the webhook's parameters, adds its own, and posts UTF-8", async () => {
    const received = new Promise<{ url: URL; type: string | undefined; body: string }>((resolve) => {
      answer = (request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          response.end(CREATED);
          const url = new URL(request.url ?? '', 'http://chat');
          resolve({ url, type: request.headers['content-type'], body: Buffer.concat(chunks).toString('utf8') });
        });
      };
    });
    expect(await failureOf()).toBeUndefined();
    const { url, type, body } = await received;
    expect(Object.fromEntries(url.searchParams)).toEqual({
      key: 'secret-key',
      token: 'secret/token',
      requestId: 'hash',
      threadKey: 'thread',
      messageReplyOption: 'REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD',
    });
    expect(type).toBe('application/json; charset=UTF-8');
    expect(JSON.parse(body)).toEqual({ text: '안녕' });
  });

  it.each([
    [302, 'CHAT_WEBHOOK_REVOKED'],
    [400, 'CHAT_REJECTED'],
    [401, 'CHAT_WEBHOOK_REVOKED'],
    [403, 'CHAT_WEBHOOK_REVOKED'],
    [404, 'CHAT_WEBHOOK_REVOKED'],
    [408, 'CHAT_UNAVAILABLE'],
    [413, 'CHAT_REJECTED'],
    [429, 'CHAT_RATE_LIMITED'],
    [500, 'CHAT_UNAVAILABLE'],
    [503, 'CHAT_UNAVAILABLE'],
  ])('reports HTTP %i as %s', async (status, code) => {
    answering(status);
    expect((await failureOf())?.code).toBe(code);
  });

  it.each([
    ['a created message', 200, CREATED, undefined],
    ['a created message with 201', 201, CREATED, undefined],
    ["a portal's sign-in page", 200, '<!doctype html><title>Sign in</title>', 'CHAT_UNAVAILABLE'],
    ['an empty object', 200, '{}', 'CHAT_UNAVAILABLE'],
    ['an empty name', 200, '{"name":""}', 'CHAT_UNAVAILABLE'],
    ['a list', 200, `[${CREATED}]`, 'CHAT_UNAVAILABLE'],
    ['nothing', 200, '', 'CHAT_UNAVAILABLE'],
    ['no content', 204, '', 'CHAT_UNAVAILABLE'],
  ])('takes only JSON with a name for success: %s', async (_name, status, body, code) => {
    answering(status, {}, body);
    expect((await failureOf())?.code).toBe(code);
  });

  it.each([
    ['the reason', errorWith({ '@type': 'type.googleapis.com/google.rpc.Help' }, KEY_INVALID), 'CHAT_WEBHOOK_REVOKED'],
    ['the reason in a list', [errorWith(KEY_INVALID)], 'CHAT_WEBHOOK_REVOKED'],
    ['an older reason', { error: { code: 400, errors: [{ reason: 'keyInvalid' }] } }, 'CHAT_WEBHOOK_REVOKED'],
    ['another reason', errorWith({ reason: 'FIELD_INVALID' }, { fieldViolations: [] }), 'CHAT_REJECTED'],
    ['no reason', { error: { code: 400, status: 'INVALID_ARGUMENT' } }, 'CHAT_REJECTED'],
    ['no error object', ['API_KEY_INVALID'], 'CHAT_REJECTED'],
    ['too long a body', errorWith(KEY_INVALID, { text: 'x'.repeat(1_000_000) }), 'CHAT_REJECTED'],
  ])('reads the body of HTTP 400 with %s', async (_name, body, code) => {
    answering(400, {}, JSON.stringify(body));
    const failure = await failureOf();
    expect(failure?.code).toBe(code);
    expect(failure?.message).toContain('HTTP 400');
    expect(JSON.stringify([failure?.message, failure?.stack, failure?.cause])).not.toMatch(/secret|API_KEY/);
  });

  it('reports HTTP 400 without JSON as a refused message, and without an end as an outage', async () => {
    answering(400, {}, '<html>API_KEY_INVALID');
    expect((await failureOf())?.code).toBe('CHAT_REJECTED');
    answer = (request, response) => {
      request.resume();
      response.writeHead(400).write('{"error":');
    };
    expect((await failureOf(webhookUrl, impatient))?.code).toBe('CHAT_UNAVAILABLE');
  });

  it('passes Retry-After on', async () => {
    answering(429, { 'retry-after': '7' });
    expect((await failureOf())?.retryAfterMs).toBe(7_000);
    answering(429);
    expect((await failureOf())?.retryAfterMs).toBeUndefined();
  });

  it('reports a timeout, a broken connection and a refused one as an outage', async () => {
    answer = (request) => request.resume();
    expect((await failureOf(webhookUrl, impatient))?.code).toBe('CHAT_UNAVAILABLE');
    answer = (request) => request.socket.resetAndDestroy();
    expect((await failureOf())?.code).toBe('CHAT_UNAVAILABLE');
    expect((await failureOf(`http://127.0.0.1:1/v1/spaces/A/messages${SECRETS}`))?.code).toBe('CHAT_UNAVAILABLE');
    expect((await failureOf('no address'))?.code).toBe('CHAT_WEBHOOK_REVOKED');
  });

  it("puts a webhook's secrets into none of its errors", async () => {
    const failures: (ServiceError | undefined)[] = [];
    for (const status of [302, 400, 404, 429, 500]) {
      answering(status, { location: `/elsewhere${SECRETS}` });
      failures.push(await failureOf());
    }
    answer = (request) => request.socket.resetAndDestroy();
    failures.push(await failureOf(), await failureOf(`http://127.0.0.1:1/v1/spaces/A/messages${SECRETS}`));
    failures.push(await failureOf(`no address${SECRETS}`));
    for (const failure of failures) {
      expect(failure).toBeInstanceOf(ServiceError);
      const text = JSON.stringify([failure?.message, failure?.stack, failure?.cause]);
      expect(text).not.toMatch(/secret|spaces/);
    }
  });
});

import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { handleClientError } from '../../../src/http/error-handlers';
import { startTestServer, tokenFor, type ErrorBody, type TestServer } from '../../support/http-server';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.close());

describe('a request that reaches no route', () => {
  const get = async (path: string) => {
    const headers = { authorization: `Bearer ${tokenFor('M1')}` };
    const response = await fetch(`${server.url}/api/progress/${path}`, { headers });
    return { status: response.status, headers: response.headers, body: (await response.json()) as ErrorBody };
  };

  it.each([
    ['that is not percent-encoded', 'SK001/E1/100%/M1'],
    ['that is no UTF-8', 'SK001/E1/%ff%fe/M1'],
    ['with a part that is too long', `SK001/${'x'.repeat(1_001)}/L1/M1`],
    ['with a part that is far too long', `SK001/${'x'.repeat(10_000)}/L1/M1`],
  ])('for a path %s is answered in the same form, nothing quoted', async (_name, path) => {
    const { status, headers, body } = await get(path);
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'PATH_INVALID', message: expect.any(String) });
    expect(Object.keys(body).filter((key) => !['code', 'message', 'details'].includes(key))).toEqual([]);
    expect(JSON.stringify(body)).not.toMatch(/SK001|100%|%ff|xxx/);
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  /** Sends bytes and reads the answer until the server ends the connection. */
  async function answerTo(request: string): Promise<{ head: string; body: unknown }> {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    socket.write(request);
    const [head, body] = (await text(socket)).split('\r\n\r\n');
    return { head: head!, body: JSON.parse(body!) };
  }

  it.each([
    ['is no HTTP', 'secret nonsense\r\n\r\n', 400, 'REQUEST_UNREADABLE'],
    ['has a method that nobody knows', 'SECRET / HTTP/1.1\r\nhost: x\r\n\r\n', 400, 'REQUEST_UNREADABLE'],
    [
      'has headers above 16 kB',
      `GET / HTTP/1.1\r\nhost: x\r\nsecret: ${'x'.repeat(17_000)}\r\n\r\n`,
      431,
      'HEADERS_TOO_LARGE',
    ],
  ])('and %s is answered in the same form, and ends the connection', async (_name, request, status, code) => {
    const { head, body } = await answerTo(request);
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} \\w`));
    expect(head).toMatch(/^content-type: application\/json/m);
    expect(head).toMatch(/^connection: close$/m);
    expect(body).toEqual({ code, message: expect.any(String) });
    expect(JSON.stringify(body)).not.toContain('secret');
  });
});

describe('a connection that fails', () => {
  /** Reads the answer to a connection that failed with this code. */
  async function answerTo(code: string): Promise<string> {
    const listening = createServer().listen(0, '127.0.0.1');
    await once(listening, 'listening');
    const client = connect((listening.address() as AddressInfo).port, '127.0.0.1');
    const [socket] = (await once(listening, 'connection')) as [Socket];
    handleClientError({ code }, socket);
    const answer = await text(client);
    expect(socket.destroyed).toBe(true);
    listening.close();
    return answer;
  }

  it('is asked to try again after a request that did not end in time', async () => {
    const [head, body] = (await answerTo('ERR_HTTP_REQUEST_TIMEOUT')).split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    expect(head).toContain(`content-length: ${Buffer.byteLength(body!)}`);
    expect(JSON.parse(body!)).toEqual({
      code: 'REQUEST_TIMED_OUT',
      message: expect.stringContaining('the same request'),
    });
  });

  it('gets no answer when it is broken', async () => {
    expect(await answerTo('ECONNRESET')).toBe('');
  });
});

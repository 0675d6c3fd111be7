import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createStatisticsClient, type StatisticsClient } from '../../../src/adapters/statistics/statistics-client';
import { learningDateSchema } from '../../../src/domain/shared/learning-date';

let server: Server;
let client: StatisticsClient;
let answer: { status: number; contentType?: string; body: string };
beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume();
    const { status, contentType, body } = answer;
    response.writeHead(status, contentType === undefined ? {} : { 'content-type': contentType }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = createStatisticsClient({ webhookUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` });
});
afterAll(async () => {
  await client?.close();
  await new Promise((resolve) => server?.close(resolve));
});

const targetDate = learningDateSchema.parse('2025-01-20');
const send = () => client.send({ targetDate, skIds: ['SK001'], dataTypes: ['vod'] }, new AbortController().signal);

describe('the statistics client', () => {
  it.each([
    [200, 'application/json', '{}'],
    [200, 'text/plain', 'ok'],
    [202, undefined, ''],
    [204, undefined, ''],
  ])('takes HTTP %i %s for a yes', async (status, contentType, body) => {
    answer = { status, body, ...(contentType === undefined ? {} : { contentType }) };
    await expect(send()).resolves.toBeUndefined();
  });

  it.each([
    [200, 'text/html'],
    [200, 'Text/HTML; charset=UTF-8'],
    [203, ' text/html;charset=euc-kr'],
  ])('takes HTTP %i %s for no yes: a portal answers in its place', async (status, contentType) => {
    answer = { status, contentType, body: '<!doctype html><title>Sign in</title>' };
    await expect(send()).rejects.toMatchObject({ code: 'STATISTICS_UNAVAILABLE' });
  });
});

import type { Browser } from 'playwright-core';
import { startTestServer, type TestServer } from '../support/http-server';
import { describeInBrowser } from './support/describe-in-browser';
import { launchBrowser } from './support/launch-browser';

describeInBrowser('The page of the API', () => {
  let server: TestServer;
  let browser: Browser;

  beforeAll(async () => {
    [server, browser] = await Promise.all([startTestServer(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  test.each(['/', '/api', '/api/', '/api/docs'])('%s shows every call, and needs no other server', async (path) => {
    const page = await (await browser.newContext()).newPage();
    const complaints: string[] = [];
    const origins = new Set<string>();
    page.on('console', (message) => complaints.push(message.text()));
    page.on('request', (request) => origins.add(new URL(request.url()).origin));
    await page.goto(`${server.url}${path}`);
    await page.getByText('/api/progress/complete').waitFor();
    const calls = await page.locator('.opblock-summary').allInnerTexts();
    expect(calls.map((call) => call.split(/\s+/).slice(0, 2).join(' '))).toEqual([
      'GET /api/progress/{projectNo}/{eduNo}/{chasiNo}/{memberNo}',
      'POST /api/progress',
      'POST /api/progress/complete',
    ]);
    expect(complaints).toEqual([]);
    expect([...origins]).toEqual([new URL(server.url).origin]);
  });
});

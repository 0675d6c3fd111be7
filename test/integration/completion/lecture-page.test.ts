import { fastify } from 'fastify';
import { join } from 'node:path';
import { lecturePage } from '../../../src/http/pages/lecture-page';

const ASSETS = join(__dirname, '../../../web/lecture-page');

describe('The lecture page', () => {
  const app = fastify();
  let address: string;
  beforeAll(async () => {
    await app.register(lecturePage, { assetsDirectory: ASSETS });
    address = await app.listen({ host: '127.0.0.1', port: 0 });
  });
  afterAll(() => app.close());

  async function get(path: string, requestHeaders: Record<string, string> = {}) {
    const response = await fetch(`${address}${path}`, { headers: requestHeaders });
    const content = Buffer.from(await response.arrayBuffer());
    const headers: Record<string, string | undefined> = Object.fromEntries(response.headers);
    return { status: response.status, headers, content };
  }

  test.each(['/demo', '/demo/watch?token=secret&edu=<script>'])(
    '%s allows scripts and styles of this server alone',
    async (url) => {
      const { status, headers, content } = await get(url);
      const body = content.toString();
      expect(status).toBe(200);
      expect(headers['content-type']).toBe('text/html; charset=utf-8');
      expect(headers['content-security-policy']).toContain("script-src 'self'");
      expect(headers['content-security-policy']).not.toContain('unsafe');
      expect(headers['referrer-policy']).toBe('no-referrer');
      expect(headers['cache-control']).toBe('no-store');
      // The page is static: it holds no part of the address, and nothing that the policy forbids.
      expect(body).not.toContain('secret');
      expect(body).not.toMatch(/\sstyle=|\son\w+=|<script>|<style/);
      // Relative links work behind a proxy with a prefix.
      expect(body).not.toMatch(/(src|href)="(\/|http)/);
    },
  );

  test('serves the video in ranges', async () => {
    const whole = await get('/demo/assets/lecture.mp4');
    expect(whole.headers).toMatchObject({ 'content-type': 'video/mp4', 'accept-ranges': 'bytes' });
    const size = whole.content.length;
    const part = await get('/demo/assets/lecture.mp4', { range: 'bytes=100-199' });
    expect(part.status).toBe(206);
    expect(part.headers).toMatchObject({ 'content-range': `bytes 100-199/${size}`, 'content-length': '100' });
    expect(part.content.equals(whole.content.subarray(100, 200))).toBe(true);
    const beyond = await get('/demo/assets/lecture.mp4', { range: `bytes=${size}-` });
    expect([beyond.status, beyond.headers['content-range']]).toEqual([416, `bytes */${size}`]);
  });

  test('serves the whole video if the requested range is of another version', async () => {
    const { headers } = await get('/demo/assets/lecture.mp4');
    const range = 'bytes=0-9';
    const same = await get('/demo/assets/lecture.mp4', { range, 'if-range': String(headers.etag) });
    const other = await get('/demo/assets/lecture.mp4', { range, 'if-range': '"other"' });
    expect([same.status, other.status]).toEqual([206, 200]);
  });

  test('answers 304 for a file that the browser has', async () => {
    const { headers } = await get('/demo/assets/watch.css');
    // A browser reloads with `max-age=0`. `fetch` alone would send `no-cache`, which asks for the whole file.
    const again = await get('/demo/assets/watch.css', {
      'if-none-match': String(headers.etag),
      'cache-control': 'max-age=0',
    });
    expect([again.status, again.content.length]).toEqual([304, 0]);
  });

  test.each([
    '/demo/assets/nothing.js',
    '/demo/assets/..%2Flecture-page.ts',
    '/demo/assets/',
    '/demo/assets/__proto__',
  ])('%s is 404', async (url) => {
    expect((await get(url)).status).toBe(404);
  });
});

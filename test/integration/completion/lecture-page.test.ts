import { fastify } from 'fastify';
import { join } from 'node:path';
import { lecturePage } from '../../../src/http/pages/lecture-page';

const ASSETS = join(__dirname, '../../../web/lecture-page');

describe('The routes of the page', () => {
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
    '%s is a page that allows nothing foreign',
    async (url) => {
      const { status, headers, content } = await get(url);
      const body = content.toString();
      expect(status).toBe(200);
      expect(headers['content-type']).toBe('text/html; charset=utf-8');
      expect(headers['content-security-policy']).toContain("script-src 'self'");
      expect(headers['content-security-policy']).not.toContain('unsafe');
      expect(headers['referrer-policy']).toBe('no-referrer');
      expect(headers['cache-control']).toBe('no-store');
      // Static: nothing of the address is in it, and nothing that the policy would stop.
      expect(body).not.toContain('secret');
      expect(body).not.toMatch(/\sstyle=|\son\w+=|<script>|<style/);
      // Relative, so that a proxy may put a prefix before it.
      expect(body).not.toMatch(/(src|href)="(\/|http)/);
    },
  );

  test('the video comes in parts', async () => {
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

  test('a part of another version is the whole of this one', async () => {
    const { headers } = await get('/demo/assets/lecture.mp4');
    const range = 'bytes=0-9';
    const same = await get('/demo/assets/lecture.mp4', { range, 'if-range': String(headers.etag) });
    const other = await get('/demo/assets/lecture.mp4', { range, 'if-range': '"other"' });
    expect([same.status, other.status]).toEqual([206, 200]);
  });

  test('what a browser has already is not sent again', async () => {
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
  ])('%s is not there', async (url) => {
    expect((await get(url)).status).toBe(404);
  });
});

import fastifyStatic from '@fastify/static';
import type { FastifyPluginAsync, FastifyReply } from 'fastify';

export interface LecturePageOptions {
  /** The folder of the built page. */
  assetsDirectory: string;
}

/**
 * Scripts and styles come from this server alone; the video can have any origin. The page's address holds a token, so no
 * `Referer` header may carry the address to the video's server.
 */
const PAGE_HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    'media-src http: https:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
  ].join('; '),
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/**
 * `GET /demo/watch` (contract section 9), and `GET /demo`, the start page that leads to it. All links of the pages are
 * relative, so the pages also work behind a proxy with another port or a prefix.
 */
export const lecturePage: FastifyPluginAsync<LecturePageOptions> = async (app, { assetsDirectory }) => {
  await app.register(fastifyStatic, {
    root: assetsDirectory,
    prefix: '/demo/assets/',
    // One route for each file of today, so a request can name no other file.
    wildcard: false,
    cacheControl: false,
    setHeaders(response) {
      if (response.getHeader('cache-control') === undefined) response.setHeader('cache-control', 'no-cache');
    },
  });
  const page = (reply: FastifyReply, file: string) => reply.headers(PAGE_HEADERS).sendFile(file);
  app.get('/demo', (_request, reply) => page(reply, 'start.html'));
  app.get('/demo/watch', (_request, reply) => page(reply, 'watch.html'));
};

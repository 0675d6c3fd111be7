import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { readAssets, type Asset } from './read-assets';
import { selectRange } from './select-range';

export interface WatchPageOptions {
  /** Holds the built page: `npm run build` makes it at `dist/lecture-page`. */
  assetsDirectory: string;
}

/**
 * Everything is this server's own, but the video, which may be of any origin. The page's address holds a token, so no
 * `Referer` may carry it to where the video is.
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
 * `GET /demo/watch` (contract section 9), and `GET /demo`, from which a newcomer gets there. Pages and scripts name
 * everything relative to themselves, so they also work behind a proxy with another port or a prefix.
 */
export const watchPage: FastifyPluginAsync<WatchPageOptions> = async (app, { assetsDirectory }) => {
  const assets = await readAssets(assetsDirectory);

  const page = (name: string) => async (request: FastifyRequest, reply: FastifyReply) =>
    sendAsset(request, reply.headers(PAGE_HEADERS), assets.get(name));
  app.get('/demo', page('start.html'));
  app.get('/demo/watch', page('watch.html'));
  app.get<{ Params: { name: string } }>('/demo/assets/:name', async (request, reply) =>
    sendAsset(request, reply.header('cache-control', 'no-cache'), assets.get(request.params.name)),
  );
};

function sendAsset(request: FastifyRequest, reply: FastifyReply, asset: Asset | undefined): FastifyReply {
  if (asset === undefined) {
    reply.callNotFound();
    return reply;
  }
  const { content, contentType, etag } = asset;
  reply.headers({ 'content-type': contentType, 'accept-ranges': 'bytes', etag });
  if (request.headers['if-none-match'] === etag) return reply.code(304).send();
  // Part of another version would not fit to what the browser has of it.
  const isSameVersion = request.headers['if-range'] === undefined || request.headers['if-range'] === etag;
  const range = selectRange(isSameVersion ? request.headers.range : undefined, content.length);
  if (range === 'whole') return reply.send(content);
  if (range === 'unsatisfiable') {
    return reply.code(416).header('content-range', `bytes */${content.length}`).send();
  }
  const { from, to } = range;
  return reply
    .code(206)
    .header('content-range', `bytes ${from}-${to}/${content.length}`)
    .send(content.subarray(from, to + 1));
}

import type { FastifyReply, FastifyRequest } from 'fastify';

const PROBES = new Set(['/livez', '/readyz', '/metrics']);

/**
 * Hook `onResponse`: one line a call, with the route's pattern in place of its URL, for a URL names members, and the
 * query string of a page holds a token.
 */
export async function logAccess(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const route = request.routeOptions.url ?? '(none)';
  const level = PROBES.has(route) ? 'debug' : 'info';
  request.log[level](
    { method: request.method, route, status: reply.statusCode, durationMs: Math.round(reply.elapsedTime) },
    'call',
  );
}

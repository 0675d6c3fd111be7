import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import jwt from '@fastify/jwt';
import {
  fastify,
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { Logger } from '../adapters/logger';
import { handleClientError, handleError, handleNotFound, handleUnroutable } from './error-handlers';
import { healthRoutes, type HealthRoutesOptions } from './health-routes';
import { addApiDocument } from './pages/api-document';
import { lecturePage } from './pages/lecture-page';
import { progressRoutes, type ProgressRoutesOptions } from './progress/progress-routes';

export interface HttpServerOptions extends ProgressRoutesOptions {
  logger: Logger;
  /** Verifies learners' tokens. */
  jwtSecret: string;
  /** Other origins whose pages may call the progress API. */
  allowedOrigins: string[];
  health: HealthRoutesOptions;
  /** The folder of the built lecture page: `npm run build` makes it at `dist/lecture-page`. */
  lecturePageDirectory: string;
}

/** A page that closes saves by `fetch` with `keepalive`, which allows 64 kB. */
const BODY_LIMIT_BYTES = 64 * 1024;
/** For a whole request with headers and body. */
const REQUEST_TIMEOUT_MS = 30_000;
/** The most that Node reads before the body. Path parameters may be as long: the route refuses a wrong one with 400. */
const MAX_HEADER_BYTES = 16 * 1024;
const PREFLIGHT_MAX_AGE_SECONDS = 600;
const API_PREFIX = '/api';
const PROBES = new Set(['/livez', '/readyz', '/metrics']);

/** The HTTP server with every API and page (contract sections 7 and 9). The caller lets it listen. */
export async function createHttpServer(options: HttpServerOptions) {
  const app = createApp(options.logger);
  endConnectionsWhileClosing(app);
  // Pages replace this policy by their own.
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
  });
  redirectToDocumentation(app);
  await app.register(healthRoutes, options.health);
  await app.register(async (api) => addProgressApi(api, options), { prefix: API_PREFIX });
  await app.register(lecturePage, { assetsDirectory: options.lecturePageDirectory });
  return app;
}

function createApp(logger: FastifyBaseLogger) {
  const app = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // The server answers calls on open connections while it closes.
    return503OnClosing: false,
    http: { maxHeaderSize: MAX_HEADER_BYTES },
    routerOptions: { maxParamLength: MAX_HEADER_BYTES },
    frameworkErrors(error, request, reply) {
      handleUnroutable(error, request, reply);
      void logCall(request, reply);
    },
    clientErrorHandler: handleClientError,
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(handleError);
  app.setNotFoundHandler(handleNotFound);
  app.addHook('onResponse', logCall);
  return app;
}

async function addProgressApi(api: FastifyInstance, options: HttpServerOptions): Promise<void> {
  if (options.allowedOrigins.length > 0) {
    await api.register(cors, {
      origin: options.allowedOrigins,
      methods: ['GET', 'POST'],
      allowedHeaders: ['Authorization', 'Content-Type'],
      exposedHeaders: ['Retry-After'],
      maxAge: PREFLIGHT_MAX_AGE_SECONDS,
    });
  }
  await api.register(jwt, { secret: options.jwtSecret, verify: { algorithms: ['HS256'] } });
  await addApiDocument(api, API_PREFIX);
  await api.register(progressRoutes, { prefix: '/progress', ...options });
}

/** People who open the server's address find the documentation. The target is relative, for proxies with a prefix. */
function redirectToDocumentation(app: FastifyInstance): void {
  app.get('/', (_request, reply) => reply.redirect('api/docs/'));
  app.get('/api', (_request, reply) => reply.redirect('api/docs/'));
  app.get('/api/', (_request, reply) => reply.redirect('docs/'));
}

/** Logs one line for each call. It holds the route's pattern: the address names members, and its query holds tokens. */
async function logCall(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const route = request.routeOptions.url ?? '(none)';
  const level = PROBES.has(route) ? 'debug' : 'info';
  request.log[level](
    { method: request.method, route, status: reply.statusCode, durationMs: Math.round(reply.elapsedTime) },
    'call',
  );
}

/** A kept-alive connection would delay the end of the server until its timeout. */
function endConnectionsWhileClosing(app: FastifyInstance): void {
  let closing = false;
  app.addHook('preClose', (done) => {
    closing = true;
    done();
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (closing) reply.header('connection', 'close');
    done(null, payload);
  });
}

import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import jwt from '@fastify/jwt';
import swagger from '@fastify/swagger';
import { fastify, LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { Logger } from '../adapters/logger';
import { answerClientError, answerUnroutable } from './errors/answer-unreadable';
import { ApiError } from './errors/api-error';
import { apiDocumentOptions, apiDocumentRoutes } from './pages/api-document';
import { bodyOf, handleError } from './errors/handle-error';
import { healthRoutes, type HealthRoutesOptions } from './health-routes';
import { logAccess } from './log-access';
import { progressRoutes, type ProgressRoutesOptions } from './progress/progress-routes';

export interface HttpServerOptions extends ProgressRoutesOptions {
  logger: Logger;
  /** Verifies learners' tokens. */
  jwtSecret: string;
  /** Origins whose pages may call the progress API, besides its own. */
  allowedOrigins: string[];
  health: HealthRoutesOptions;
}

/** A `fetch` with `keepalive`, which a page sends when it is left, can't carry more either. */
const BODY_LIMIT_BYTES = 64 * 1024;
/** A headers-and-body time-out for clients that never finish a request. */
const REQUEST_TIMEOUT_MS = 30_000;
/** All that Node takes of a request before its body: a longer part of a path is refused by its route, as a wrong one is. */
const MAX_HEADER_BYTES = 16 * 1024;
const PREFLIGHT_MAX_AGE_SECONDS = 600;

/** The HTTP server, ready to listen (or to be asked by `inject`). */
export async function createHttpServer(options: HttpServerOptions) {
  const loggerInstance: FastifyBaseLogger = options.logger;
  const app = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // While it closes, what comes over a connection that is open is still answered.
    return503OnClosing: false,
    http: { maxHeaderSize: MAX_HEADER_BYTES },
    routerOptions: { maxParamLength: MAX_HEADER_BYTES },
    frameworkErrors: answerUnroutable,
    clientErrorHandler: answerClientError,
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(handleError);
  app.setNotFoundHandler((_request, reply) => {
    void reply.code(404).send(bodyOf(new ApiError('NOT_FOUND', 'There is nothing at this address.')));
  });
  app.addHook('onResponse', logAccess);
  endConnectionsWhileClosing(app);
  // A page that is meant to be seen sets a policy of its own.
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
  });
  await app.register(healthRoutes, options.health);
  await app.register(
    async (api) => {
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
      await api.register(swagger, apiDocumentOptions);
      await api.register(apiDocumentRoutes);
      await api.register(progressRoutes, { prefix: '/progress', ...options });
    },
    { prefix: '/api' },
  );
  return app;
}

/** A kept-alive connection whose last answer does not end it would keep the server from closing until it times out. */
function endConnectionsWhileClosing(app: Pick<FastifyInstance, 'addHook'>): void {
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

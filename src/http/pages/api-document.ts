import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';

/** Swagger UI has its icons in `data:` addresses. Everything else comes from this server. */
const PAGE_POLICY = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': ["'self'", 'data:'],
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
};

/**
 * Adds `openapi.json` for programs and `docs` for people (contract section 9). Both are made from the schemas that
 * validate. It must run before the routes are added, and `prefix` is the one of `app`.
 */
export async function addApiDocument(app: FastifyInstance, prefix: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Progress API',
        version: '1.0',
        description:
          'Lecture completion (이수). Times are whole milliseconds. After 429, 5xx or no answer, send the call again with the same saveId.',
      },
      components: {
        securitySchemes: {
          memberToken: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'JWT',
            description: 'HS256; the claim sub is the member number',
          },
        },
      },
    },
    transform: jsonSchemaTransform,
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    indexPrefix: prefix,
    staticCSP: PAGE_POLICY,
    theme: { title: 'Progress API' },
    uiConfig: { layout: 'BaseLayout', defaultModelRendering: 'model', defaultModelsExpandDepth: -1 },
  });
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
}

import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { renderApiPage } from './render-api-page';

/** For @fastify/swagger, which must be registered before the routes that it describes. */
export const apiDocumentOptions: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'Progress API',
      version: '1.0',
      description:
        'Lecture completion (이수). Times are whole milliseconds. After 429, 5xx or no answer a call is sent again with the same saveId.',
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
};

/** The page needs its own style and nothing else. */
const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

/** `openapi.json` and a page made of it, `docs`. */
export async function apiDocumentRoutes(app: FastifyInstance): Promise<void> {
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
  app.get('/docs', { schema: { hide: true } }, (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', PAGE_POLICY)
      .send(renderApiPage(app.swagger())),
  );
}

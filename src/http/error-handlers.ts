import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { API_ERRORS } from '../domain/shared/api-errors';
import { loggableError } from '../domain/shared/loggable-error';
import { ServiceError } from '../domain/shared/service-error';
import { ApiError } from './api-error';
import type { ErrorAnswer } from './error-answer';

/** Short for a person who waits, and long enough for a database that restarts. */
const RETRY_AFTER_SECONDS = 2;

/** Fastify runs no hooks for a request that reaches no route, so these headers are set here. */
const UNROUTED_HEADERS = {
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  connection: 'close',
};

/** Fastify's error handler: answers `{ code, message, details? }` (contract section 7), and logs the server's failures. */
export function handleError(error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): void {
  const answer = apiErrorOf(error);
  const status = API_ERRORS[answer.code];
  if (status >= 500) {
    const level = answer.code === 'UNEXPECTED' ? 'error' : 'warn';
    request.log[level](loggableError(error), 'A call failed');
  }
  if (answer.retryAfterSeconds !== undefined) reply.header('retry-after', answer.retryAfterSeconds);
  void reply.code(status).send(bodyOf(answer));
}

/** Fastify's handler for an unknown address. */
export function handleNotFound(_request: FastifyRequest, reply: FastifyReply): void {
  void reply.code(404).send(bodyOf(new ApiError('NOT_FOUND', 'There is nothing at this address.')));
}

/** Fastify's `frameworkErrors`: the address cannot be decoded. Fastify's own answer would quote the address. */
export function handleUnroutable(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  handleError(error, request, reply.headers(UNROUTED_HEADERS));
}

/**
 * Fastify's `clientErrorHandler`: the connection sends no HTTP, headers that are too large, or nothing in time. Node has
 * no response object here, so the answer is written to the socket.
 */
export function handleClientError(error: { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const answer = clientErrorOf(error.code);
  const status = API_ERRORS[answer.code];
  const body = JSON.stringify(bodyOf(answer));
  const headers = {
    ...UNROUTED_HEADERS,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  };
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

function clientErrorOf(code: string | undefined): ApiError {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new ApiError('REQUEST_TIMED_OUT', 'The request did not end in time. Send the same request again.');
    case 'HPE_HEADER_OVERFLOW':
      return new ApiError('HEADERS_TOO_LARGE', 'The address and the headers are too large.');
    default:
      return new ApiError('REQUEST_UNREADABLE', 'The request is no HTTP.');
  }
}

function apiErrorOf(error: FastifyError | Error): ApiError {
  if (error instanceof ApiError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const fields = error.validation.map(({ instancePath, message }) => ({
      field: instancePath.slice(1).replaceAll('/', '.') || 'body',
      message: message ?? 'is wrong',
    }));
    const sentence = fields.map(({ field, message }) => `${field}: ${message}`).join('; ');
    const code = error.validationContext === 'params' ? 'PATH_INVALID' : 'BODY_INVALID';
    return new ApiError(code, sentence, { details: fields });
  }
  if (error instanceof ServiceError && error.retryable) {
    return new ApiError('UNAVAILABLE', 'The database is not available. Send the same request again.', {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    });
  }
  return apiErrorOfFastify(error);
}

/** Errors that Fastify raises before or around a route's handler. */
function apiErrorOfFastify(error: FastifyError | Error): ApiError {
  switch ('code' in error ? error.code : undefined) {
    case 'FST_ERR_BAD_URL':
      return new ApiError('PATH_INVALID', 'The path is not percent-encoded as it should be.');
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new ApiError('BODY_TOO_LARGE', 'The body is too large.');
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new ApiError('MEDIA_TYPE_UNSUPPORTED', 'The body must be application/json.');
    case 'FST_ERR_HANDLER_TIMEOUT':
      return new ApiError('UNAVAILABLE', 'It took too long. Send the same request again.', {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    default:
      return 'statusCode' in error && error.statusCode === 400
        ? new ApiError('BODY_INVALID', 'The body is no JSON object.')
        : new ApiError('UNEXPECTED', 'Something went wrong here. Send the same request again.');
  }
}

function bodyOf({ code, message, details }: ApiError): ErrorAnswer {
  return details === undefined ? { code, message } : { code, message, details };
}

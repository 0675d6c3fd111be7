import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { API_ERRORS } from '../../domain/completion/api-errors';
import { ApiError } from './api-error';
import { bodyOf, handleError } from './handle-error';
import { logAccess } from '../log-access';

/*
 * Requests that never reach a route, nor the hooks that add to an answer: they are answered in the same form, and their
 * connection ends.
 */

const HEADERS = {
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  connection: 'close',
};

/** Fastify's `frameworkErrors`: an address that can't be decoded. */
export function answerUnroutable(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  handleError(error, request, reply.headers(HEADERS));
  void logAccess(request, reply);
}

/** Fastify's `clientErrorHandler`: what came over the connection is no HTTP, too large, or did not end in time. */
export function answerClientError(error: { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const answer = clientErrorOf(error.code);
  const status = API_ERRORS[answer.code];
  const body = JSON.stringify(bodyOf(answer));
  const headers = {
    ...HEADERS,
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
      return new ApiError('REQUEST_TIMED_OUT', 'The request did not end in time. Try again with the same saveId.');
    case 'HPE_HEADER_OVERFLOW':
      return new ApiError('HEADERS_TOO_LARGE', 'The address and the headers are too large.');
    default:
      return new ApiError('REQUEST_UNREADABLE', 'The request is no HTTP.');
  }
}

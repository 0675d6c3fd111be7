import type { FastifyReply } from 'fastify';
import type { LmsFault, LmsKnobs } from '../knobs';
import type { Delays } from '../simulated-server';
import { HTML_PAGE, emptied, withBrokenField, withUnknownFields } from './broken-values';
import { withRepeatingCursor, type LmsAnswer, type LmsRequest } from './lms-operations';
import type { RequestLedger } from './request-ledger';

export interface AnswerSenderOptions {
  knobs: LmsKnobs;
  ledger: RequestLedger;
  delays: Delays;
  /** The LMS's clock, epoch milliseconds. */
  now: () => number;
}

/**
 * Sends answers, and applies faults to them. Each request leaves the ledger here before its answer is sent, because a
 * client with the answer may send the next request at once.
 */
export interface AnswerSender {
  /** `request` is undefined for an unknown path. */
  send(reply: FastifyReply, request: LmsRequest | undefined, answer: LmsAnswer, fault?: LmsFault): Promise<unknown>;
  sendError(reply: FastifyReply, status: number, code: string, retryAfterSeconds?: number | null): Promise<unknown>;
  /** Closes the connection without an answer. */
  hangUp(reply: FastifyReply): void;
}

export function createAnswerSender(options: AnswerSenderOptions): AnswerSender {
  return {
    send: (reply, request, answer, fault) => sendWithFault(options, reply, request, answer, fault),
    sendError: (reply, status, code, retryAfterSeconds = null) =>
      sendError(options, reply, { status, code, message: 'simulated' }, retryAfterSeconds),
    hangUp(reply) {
      options.ledger.leave();
      reset(reply);
    },
  };
}

async function sendWithFault(
  options: AnswerSenderOptions,
  reply: FastifyReply,
  request: LmsRequest | undefined,
  answer: LmsAnswer,
  fault: LmsFault | undefined,
): Promise<unknown> {
  const { knobs, ledger, delays } = options;
  if (fault?.fault === 'status') {
    const error = { status: fault.status, code: fault.code ?? 'SIMULATED_FAULT', message: 'simulated' };
    return sendError(options, reply, error, fault.retryAfterSeconds);
  }
  if (fault?.fault === 'reset' || fault?.fault === 'lose-answer') {
    ledger.recordStatus('reset');
    reset(reply);
    await delays.wait(fault.fault === 'reset' ? knobs.resetLingerMs : 0);
    return ledger.leave();
  }
  if (fault?.fault === 'html-page') return sendText(options, reply, 200, HTML_PAGE, 'text/html; charset=utf-8');
  if (!('value' in answer)) return sendError(options, reply, answer, null);
  const value = brokenValue(knobs.unknownFields ? withUnknownFields(answer.value) : answer.value, request, fault);
  const json = JSON.stringify(value);
  if (fault?.fault === 'cut-body') return sendCutBody(options, reply, json);
  return sendText(options, reply, 200, json, undefined, fault?.fault === 'missing-date');
}

function brokenValue(
  value: Record<string, unknown>,
  request: LmsRequest | undefined,
  fault: LmsFault | undefined,
): Record<string, unknown> {
  switch (fault?.fault) {
    case 'empty-list':
      return emptied(value);
    case 'wrong-field':
    case 'missing-field':
      return withBrokenField(value, fault.fault, fault.field);
    case 'repeat-cursor':
      return request === undefined ? value : withRepeatingCursor(request, value);
    default:
      return value;
  }
}

async function sendError(
  options: AnswerSenderOptions,
  reply: FastifyReply,
  { status, code, message }: { status: number; code: string; message: string },
  retryAfterSeconds: number | null,
): Promise<unknown> {
  if (retryAfterSeconds !== null) reply.header('retry-after', String(retryAfterSeconds));
  return sendText(options, reply, status, JSON.stringify({ code, message }));
}

function sendText(
  options: AnswerSenderOptions,
  reply: FastifyReply,
  status: number,
  text: string,
  contentType = 'application/json; charset=utf-8',
  isWithoutDate = false,
): FastifyReply {
  options.ledger.leave();
  options.ledger.recordStatus(status);
  reply.raw.sendDate = false;
  const date = isWithoutDate ? undefined : dateHeader(options);
  if (date !== undefined) reply.header('date', date);
  return reply.code(status).type(contentType).send(text);
}

/** Stops in the middle of the bytes, so a Korean character may be cut too. Needs the raw socket. */
function sendCutBody(options: AnswerSenderOptions, reply: FastifyReply, json: string): void {
  options.ledger.leave();
  options.ledger.recordStatus('cut');
  const bytes = Buffer.from(json);
  const date = dateHeader(options);
  reply.hijack();
  reply.raw.sendDate = false;
  reply.raw.writeHead(200, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': bytes.length,
    ...(date === undefined ? {} : { date }),
  });
  reply.raw.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => reply.raw.socket?.destroy());
}

function dateHeader({ knobs, now }: AnswerSenderOptions): string | undefined {
  if (knobs.dateHeader === 'missing') return undefined;
  if (knobs.dateHeader === 'unreadable') return 'yesterday, about noon';
  return new Date(now() + knobs.dateSkewMs).toUTCString();
}

function reset(reply: FastifyReply): void {
  reply.hijack();
  reply.raw.socket?.resetAndDestroy();
}

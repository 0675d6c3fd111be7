import type { IncomingMessage, ServerResponse } from 'node:http';
import { createFaultPlan, type FaultPlan } from '../faults';
import type { LmsFault, LmsKnobs } from '../knobs';
import { startPartServer, type PartServer } from '../part-server';
import { createRandom } from '../random';
import { parseJson, readBody } from '../read-body';
import { HTML_PAGE, emptied, withBrokenField, withUnknownFields } from './broken-answer';
import type { CohortWorld } from './cohort-world';
import type { LmsAccounts } from './lms-accounts';
import { answerLmsRoute, withRepeatingCursor, type LmsAnswer } from './lms-operations';
import { parseLmsRoute, type LmsRoute } from './lms-route';
import type { RequestLedger } from './request-ledger';

const BODY_LIMIT_BYTES = 1_000_000;

export interface LmsServer extends PartServer {
  faults: FaultPlan;
}

/** A log-in gets a refusal (its 401 would mean a wrong password) from a rule that names it, and from no other. */
function isMeantFor(rule: LmsFault, route: LmsRoute): boolean {
  if (rule.cohorts !== undefined && (route.skId === null || !rule.cohorts.includes(route.skId))) return false;
  if (rule.operations !== undefined) return rule.operations.includes(route.operation);
  const isRefusal = rule.fault === 'revoke-token' || (rule.fault === 'status' && [401, 403, 423].includes(rule.status));
  return !(isRefusal && route.operation === 'login');
}

/** The LMS's HTTP side: what is in flight, faults, tokens; then the operation itself. */
export async function startLmsServer(options: {
  host: string;
  port: number;
  seed: string;
  knobs: LmsKnobs;
  cohorts: ReadonlyMap<string, CohortWorld>;
  accounts: LmsAccounts;
  ledger: RequestLedger;
  now: () => number;
}): Promise<LmsServer> {
  const { knobs, cohorts, accounts, ledger, now } = options;
  const random = createRandom(options.seed, 'lms-faults');
  const faults = createFaultPlan(random);
  const timers = new Set<NodeJS.Timeout>();
  /** At once without a delay: a timer costs a millisecond, which a benchmark at no latency would notice. */
  const later = (delayMs: number, act: () => void) => {
    if (delayMs <= 0) return act();
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, delayMs);
    timers.add(timer);
  };

  function onRequest(request: IncomingMessage, response: ServerResponse): void {
    const aboveLimit = ledger.enter(knobs.maxInFlight);
    const route = parseLmsRoute(request.method ?? '', request.url ?? '');
    if (route === undefined || route.skId !== null) {
      ledger.record(route?.operation ?? 'unknown', route?.skId ?? null, `${request.method} ${request.url}`);
    }
    serve(request, response, route, aboveLimit).catch(() => sendError(response, 500, 'SIMULATOR_FAILED', null));
  }

  async function serve(
    request: IncomingMessage,
    response: ServerResponse,
    route: LmsRoute | undefined,
    aboveLimit: boolean,
  ): Promise<void> {
    const body = request.method === 'POST' ? parseJson(await readBody(request, BODY_LIMIT_BYTES)) : undefined;
    if (route?.operation === 'login') {
      const loginId = (body as { loginId?: unknown } | null | undefined)?.loginId;
      ledger.record('login', null, `POST ${request.url} ${String(loginId)}`);
    }
    // Too many in flight is answered before anything else is looked at, and never delayed.
    if (aboveLimit) return sendError(response, 429, 'TOO_MANY_REQUESTS', knobs.rateLimitRetryAfterSeconds);
    if (knobs.availability === 'unavailable') return sendError(response, 503, 'UNAVAILABLE', null);

    const fault = route && faults.next(knobs.faults, (rule) => isMeantFor(rule, route));
    const token = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? null;
    if (fault?.fault === 'revoke-token' && token !== null) accounts.revokeToken(token);
    if (fault?.fault === 'hang') {
      // Processed as long as anything is processed at all; its answer never comes.
      ledger.recordStatus('hung');
      return later(knobs.processingLimitMs, () => drop(response));
    }
    const delayMs = knobs.latencyMs + random() * knobs.jitterMs + (fault?.fault === 'delay' ? fault.delayMs : 0);
    const hasEffect = fault === undefined || !['status', 'reset', 'html-page', 'revoke-token'].includes(fault.fault);
    // What happens, happens when the request arrives, also when its caller hangs up before the answer.
    const answer: LmsAnswer = hasEffect
      ? answerRequest(route, token, body)
      : { status: 401, code: 'TOKEN_EXPIRED', message: 'the token is over' };
    later(Math.min(delayMs, knobs.processingLimitMs), () => deliver(response, route, fault, answer));
  }

  function answerRequest(route: LmsRoute | undefined, token: string | null, body: unknown): LmsAnswer {
    if (route === undefined) return { status: 404, code: 'NOT_FOUND', message: 'no such path' };
    if (route.operation === 'login') return logIn(body);
    const owner = accounts.ownerOf(token);
    const world = cohorts.get(route.skId ?? '');
    if (owner === null) {
      if (knobs.deadSession === 'unauthorized' || token === null || world === undefined) {
        return { status: 401, code: 'TOKEN_EXPIRED', message: 'the token is over' };
      }
      // The shape of the real answer, so that a caller cannot tell it from an empty course.
      const answer = answerLmsRoute(route, world, knobs, now(), undefined);
      return 'value' in answer ? { status: 200, value: emptied(answer.value) } : answer;
    }
    if (world === undefined) return { status: 404, code: 'NOT_FOUND', message: 'no such cohort' };
    // Cohorts that share an account share its token.
    if (world.account.loginId !== owner) {
      return { status: 403, code: 'FORBIDDEN', message: 'the cohort belongs to another account' };
    }
    return answerLmsRoute(route, world, knobs, now(), body);
  }

  function logIn(body: unknown): LmsAnswer {
    const { loginId, password } = (body ?? {}) as { loginId?: unknown; password?: unknown };
    if (typeof loginId !== 'string' || typeof password !== 'string') {
      return { status: 400, code: 'BAD_REQUEST', message: 'loginId and password are required' };
    }
    const login = accounts.logIn(loginId, password);
    if (login.outcome === 'locked') return { status: 423, code: 'ACCOUNT_LOCKED', message: 'too many wrong passwords' };
    if (login.outcome === 'refused') {
      return { status: 401, code: 'INVALID_CREDENTIALS', message: 'wrong loginId or password' };
    }
    return { status: 200, value: { accessToken: login.accessToken, expiresIn: login.expiresIn } };
  }

  function deliver(
    response: ServerResponse,
    route: LmsRoute | undefined,
    fault: LmsFault | undefined,
    answer: LmsAnswer,
  ) {
    switch (fault?.fault) {
      case 'status':
        return sendError(response, fault.status, fault.code ?? 'SIMULATED_FAULT', fault.retryAfterSeconds);
      case 'reset':
      case 'lose-answer':
        ledger.recordStatus('reset');
        response.socket?.resetAndDestroy();
        return later(fault.fault === 'reset' ? knobs.resetLingerMs : 0, () => ledger.leave());
      case 'html-page':
        return send(response, 200, HTML_PAGE, { 'content-type': 'text/html; charset=utf-8' });
      default:
    }
    if (!('value' in answer)) return sendError(response, answer.status, answer.code, null, answer.message);
    let { value } = answer;
    if (knobs.unknownFields) value = withUnknownFields(value);
    switch (fault?.fault) {
      case 'empty-list':
        value = emptied(value);
        break;
      case 'wrong-field':
      case 'missing-field':
        value = withBrokenField(value, fault.fault, fault.field);
        break;
      case 'repeat-cursor':
        if (route !== undefined) value = withRepeatingCursor(route, value);
        break;
      default:
    }
    const json = JSON.stringify(value);
    if (fault?.fault === 'cut-body') return sendHalf(response, json);
    send(response, 200, json, {}, fault?.fault === 'missing-date');
  }

  function sendError(
    response: ServerResponse,
    status: number,
    code: string,
    retryAfterSeconds: number | null,
    message = 'simulated',
  ): void {
    const headers: Record<string, string> =
      retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) };
    send(response, status, JSON.stringify({ code, message }), headers);
  }

  function head(
    response: ServerResponse,
    status: number,
    body: string,
    headers: Record<string, string>,
    noDate: boolean,
  ) {
    response.sendDate = false;
    const all: Record<string, string | number> = {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      ...headers,
    };
    if (knobs.dateHeader === 'unreadable') all.date = 'yesterday, about noon';
    else if (knobs.dateHeader === 'right' && !noDate) all.date = new Date(now() + knobs.dateSkewMs).toUTCString();
    response.writeHead(status, all);
  }

  /** The slot is free before the answer leaves: who has the answer may send the next request. */
  function send(
    response: ServerResponse,
    status: number,
    body: string,
    headers: Record<string, string>,
    noDate = false,
  ) {
    ledger.leave();
    ledger.recordStatus(status);
    head(response, status, body, headers, noDate);
    response.end(body);
  }

  function sendHalf(response: ServerResponse, body: string): void {
    ledger.leave();
    ledger.recordStatus('cut');
    head(response, 200, body, {}, false);
    // In bytes: half of a Korean character may be what the reader gets last.
    const bytes = Buffer.from(body);
    response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.socket?.destroy());
  }

  /** A hung request's end: no answer ever came. */
  function drop(response: ServerResponse): void {
    ledger.leave();
    response.socket?.resetAndDestroy();
  }

  const part = await startPartServer({ host: options.host, port: options.port, onRequest });
  return {
    ...part,
    faults,
    async close() {
      for (const timer of timers) clearTimeout(timer);
      await part.close();
    },
  };
}

import type { FastifyReply, FastifyRequest } from 'fastify';
import { createFaultPlan, type FaultPlan } from '../faults';
import { LMS_OPERATIONS, type LmsFault, type LmsOperation } from '../knobs';
import { createRandom } from '../random';
import {
  createApplication,
  createDelays,
  jsonOf,
  startSimulatedServer,
  type SimulatedServer,
} from '../simulated-server';
import { createAnswerSender } from './answer-sender';
import { TOKEN_EXPIRED, authorizedAnswer, type LmsParts } from './authorized-answer';
import { LMS_ROUTES, type LmsAnswer, type LmsRequest } from './lms-operations';
import type { RequestLedger } from './request-ledger';

export interface LmsServer extends SimulatedServer {
  faults: FaultPlan;
}

export interface LmsServerOptions extends LmsParts {
  host: string;
  port: number;
  seed: string;
  ledger: RequestLedger;
}

const NO_SUCH_PATH: LmsAnswer = { status: 404, code: 'NOT_FOUND', message: 'no such path' };
/** The operation does not run under these faults. */
const FAULTS_WITHOUT_EFFECT: ReadonlySet<string> = new Set(['status', 'reset', 'html-page', 'revoke-token']);

/** The LMS's HTTP server: counts the requests in flight, applies faults and delays, and answers. */
export async function startLmsServer(options: LmsServerOptions): Promise<LmsServer> {
  const { knobs, accounts, ledger, now } = options;
  const random = createRandom(options.seed, 'lms-faults');
  const faults = createFaultPlan(random);
  const delays = createDelays();
  const sender = createAnswerSender({ knobs, ledger, delays, now });
  const aboveLimit = new WeakSet<FastifyRequest>();

  async function handle(
    { raw, body, ...request }: { raw: FastifyRequest; body: unknown } & Pick<LmsRequest, 'skId' | 'parentId' | 'query'>,
    operation: LmsOperation | undefined,
    reply: FastifyReply,
  ): Promise<unknown> {
    const token = /^Bearer (.+)$/i.exec(raw.headers.authorization ?? '')?.[1] ?? null;
    const lmsRequest = operation === undefined ? undefined : { ...request, operation, token, body };
    // A request above the limit is answered first, and without a delay.
    if (aboveLimit.has(raw)) {
      return sender.sendError(reply, 429, 'TOO_MANY_REQUESTS', knobs.rateLimitRetryAfterSeconds);
    }
    if (knobs.availability === 'unavailable') return sender.sendError(reply, 503, 'UNAVAILABLE');

    const fault = lmsRequest && faults.next(knobs.faults, (rule) => isMeantFor(rule, lmsRequest));
    if (fault?.fault === 'revoke-token' && token !== null) accounts.revokeToken(token);
    if (fault?.fault === 'hang') {
      ledger.recordStatus('hung');
      await delays.wait(knobs.processingLimitMs);
      return sender.hangUp(reply);
    }
    const delayMs = knobs.latencyMs + random() * knobs.jitterMs + (fault?.fault === 'delay' ? fault.delayMs : 0);
    // The effect comes at the arrival, also when the caller hangs up before the answer.
    let answer = NO_SUCH_PATH;
    if (fault !== undefined && FAULTS_WITHOUT_EFFECT.has(fault.fault)) answer = TOKEN_EXPIRED;
    else if (lmsRequest !== undefined) answer = authorizedAnswer(options, lmsRequest);
    await delays.wait(Math.min(delayMs, knobs.processingLimitMs));
    return sender.send(reply, lmsRequest, answer, fault);
  }

  const application = createApplication();
  application.addHook('onRequest', (request, _reply, done) => {
    if (ledger.enter(knobs.maxInFlight)) aboveLimit.add(request);
    done();
  });
  for (const operation of LMS_OPERATIONS) {
    const { method, path } = LMS_ROUTES[operation];
    application.route<{ Params: { skId?: string; parentId?: string }; Querystring: LmsRequest['query'] }>({
      method,
      url: path,
      handler(request, reply) {
        const { skId = '', parentId = '' } = request.params;
        const body = jsonOf(request.body);
        record(ledger, operation, skId, request, body);
        return handle({ raw: request, skId, parentId, query: request.query, body }, operation, reply);
      },
    });
  }
  application.setNotFoundHandler((request, reply) => {
    ledger.record('unknown', null, `${request.method} ${request.url}`);
    return handle({ raw: request, skId: '', parentId: '', query: {}, body: undefined }, undefined, reply);
  });
  application.setErrorHandler((_error, _request, reply) => sender.sendError(reply, 500, 'SIMULATOR_FAILED'));

  const server = await startSimulatedServer(application, options);
  return {
    ...server,
    faults,
    async close() {
      delays.cancel();
      await server.close();
    },
  };
}

/** Log-ins have the same path, so the account tells them apart. */
function record(
  ledger: RequestLedger,
  operation: LmsOperation,
  skId: string,
  request: FastifyRequest,
  body: unknown,
): void {
  if (operation !== 'login') return ledger.record(operation, skId, `${request.method} ${request.url}`);
  const loginId = (body as { loginId?: unknown } | null | undefined)?.loginId;
  ledger.record('login', null, `POST ${request.url} ${String(loginId)}`);
}

/** Whether a rule may strike a request. A 401 of a log-in means a wrong password, so a refusal has to name the log-in. */
function isMeantFor(rule: LmsFault, { operation, skId }: LmsRequest): boolean {
  if (rule.cohorts !== undefined && (operation === 'login' || !rule.cohorts.includes(skId))) return false;
  if (rule.operations !== undefined) return rule.operations.includes(operation);
  const isRefusal = rule.fault === 'revoke-token' || (rule.fault === 'status' && [401, 403, 423].includes(rule.status));
  return !(isRefusal && operation === 'login');
}

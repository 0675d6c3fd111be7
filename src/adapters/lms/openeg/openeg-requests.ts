import type { z } from 'zod';
import { ownTurn } from '../../shared/event-loop-turns';
import type { Metrics } from '../../metrics';
import { createAskedPauses } from '../access/cool-downs';
import { classifyLmsExchange } from './verdict';
import type { LmsAccount, LmsCallOptions } from '../lms-client';
import type { LmsExchange, LmsHeaders } from '../access/lms-exchange';
import { describeMisfit, lmsFailure } from '../lms-failure';
import type { LmsSession, LmsSessions } from './openeg-sessions';
import type { LmsTransport } from '../access/lms-transport';
import { FailedTry, withTries, type TryPolicy } from '../access/tries';
import type { MonotonicClock } from '../../shared/monotonic-clock';

export interface LmsRequest<Answer extends z.ZodType> extends LmsCallOptions {
  account: LmsAccount;
  /** An operationId of the contract's OpenAPI text. */
  operation: string;
  method: 'GET' | 'POST';
  /** With the query, encoded. */
  path: string;
  /** Sent as JSON. */
  body?: object;
  priority: number;
  answer: Answer;
}

export interface LmsRequests {
  /**
   * Asks in the account's session, in a few tries, and parses the answer.
   * @throws ServiceError as `LmsClient` says; the signal's reason
   */
  ask<Answer extends z.ZodType>(request: LmsRequest<Answer>): Promise<{ value: z.output<Answer>; headers: LmsHeaders }>;
}

export interface LmsRequestsOptions {
  transport: LmsTransport;
  sessions: LmsSessions;
  policy: TryPolicy;
  clock: MonotonicClock;
  /** Aborts when the client is closed. */
  closed: AbortSignal;
  metrics: Pick<Metrics, 'lmsRequests'>;
}

export function createLmsRequests(options: LmsRequestsOptions): LmsRequests {
  const { transport, sessions, policy, clock, closed, metrics } = options;
  const pauses = createAskedPauses(clock, policy.retryAfterMostMs);

  const askIn = (session: LmsSession, request: LmsRequest<z.ZodType>): Promise<LmsExchange> => {
    const { operation, method, path, body, priority, signal } = request;
    return transport.send(
      body === undefined
        ? { operation, method, path, headers: session.headers, priority, signal }
        : {
            operation,
            method,
            path,
            headers: [...session.headers, 'content-type', 'application/json'],
            body: JSON.stringify(body),
            priority,
            signal,
          },
    );
  };

  /**
   * A 401 is answered by one log-in and the same request again. When another request has logged in meanwhile, which may
   * have caused the 401, its session is used and nothing is counted.
   */
  const askInSession = async (request: LmsRequest<z.ZodType>) => {
    const { account, operation, signal, onProgress } = request;
    for (let rejections = 0; ; metrics.lmsRequests.inc({ operation, outcome: 'retry' })) {
      const opening = sessions.open(account, signal);
      const session = await opening;
      if (opening instanceof Promise) onProgress?.();
      const exchange = await askIn(session, request);
      await ownTurn();
      const verdict = classifyLmsExchange(exchange);
      if (verdict.kind === 'unauthorized' && sessions.reject(account, session)) rejections += 1;
      if (verdict.kind !== 'unauthorized' || rejections === 2) return { exchange, verdict };
    }
  };

  const attempt = async <Answer extends z.ZodType>(request: LmsRequest<Answer>) => {
    const subject = { operation: request.operation, skId: request.account.skId };
    const { exchange, verdict } = await askInSession(request);
    switch (verdict.kind) {
      case 'data': {
        const answer = request.answer.safeParse(verdict.json);
        if (!answer.success) throw new FailedTry(lmsFailure(subject, 'LMS_BAD_PAGE', describeMisfit(answer.error)));
        request.onProgress?.();
        return { value: answer.data, headers: exchange.kind === 'answer' ? exchange.headers : {} };
      }
      case 'tryAgain': {
        const code = verdict.rateLimited ? 'LMS_RATE_LIMITED' : 'LMS_UNAVAILABLE';
        const failure = lmsFailure(subject, code, verdict.what, verdict.retryAfterMs);
        pauses.note(pauseKey(request), failure);
        throw new FailedTry(failure);
      }
      case 'unauthorized':
        throw new FailedTry(lmsFailure(subject, 'LMS_SESSION_REJECTED', `${verdict.what}, right after a log-in too`));
      case 'refused':
        await sessions.hold(request.account, `${verdict.what} to ${request.operation}`);
        throw new FailedTry(lmsFailure(subject, 'LMS_ACCOUNT_REFUSED', verdict.what));
      case 'rejected':
        throw new FailedTry(lmsFailure(subject, 'LMS_REJECTED', verdict.what));
    }
  };

  return {
    async ask(request) {
      pauses.assertOver(pauseKey(request));
      const count = (outcome: 'ok' | 'retry' | 'failed') =>
        metrics.lmsRequests.inc({ operation: request.operation, outcome });
      return withTries({ policy, clock, signals: [request.signal, closed], count }, () => attempt(request));
    },
  };
}

function pauseKey({ account, operation }: LmsRequest<z.ZodType>): string {
  return `${account.skId} ${operation}`;
}

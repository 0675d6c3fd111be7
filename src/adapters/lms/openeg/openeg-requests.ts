import type { z } from 'zod';
import type { LmsAccounts } from '../../database/accounts/lms-accounts';
import type { Logger } from '../../logger';
import type { Metrics } from '../../metrics';
import { yieldToEventLoop } from '../../shared/yield-to-event-loop';
import type { LmsAccess } from '../access/lms-access';
import type { BodyLimit, LmsExchange, ResponseHeaders } from '../access/running-exchange';
import { FailedTry } from '../access/tries';
import type { LmsAccount, LmsCallOptions } from '../lms-client';
import { CohortHolds } from './cohort-holds';
import type { ListedAnswer, LmsSession, OpenEgSessions } from './openeg-sessions';
import { parseAnswer } from './parse-answer';
import { verdictFailure, verdictOf, type LmsVerdict } from './verdict';

export interface LmsRequest<Answer extends z.ZodType> extends LmsCallOptions {
  account: LmsAccount;
  /** An operationId of docs/contract/lms-api.openapi.yaml. */
  operation: string;
  method: 'GET' | 'POST';
  /** With the query, encoded. */
  path: string;
  /** Sent as JSON. */
  body?: object;
  priority: number;
  answer: Answer;
  bodyLimit?: BodyLimit;
  /** The answer's evidence about the session. */
  listedBy(value: z.output<Answer>): ListedAnswer;
}

export interface LmsAnswer<Answer extends z.ZodType> {
  value: z.output<Answer>;
  headers: ResponseHeaders;
}

export type TooLarge = Extract<LmsVerdict, { kind: 'tooLarge' }>;

export interface OpenEgRequestsOptions {
  access: LmsAccess;
  sessions: OpenEgSessions;
  accounts: LmsAccounts;
  logger: Logger;
  metrics: Pick<Metrics, 'lmsRequests'>;
}

/** Requests in an account's session. */
export class OpenEgRequests {
  readonly logger: Logger;
  private readonly cohortHolds: CohortHolds;

  constructor(private readonly options: OpenEgRequestsOptions) {
    this.logger = options.logger;
    this.cohortHolds = new CohortHolds(options.accounts);
  }

  /**
   * Asks in a few tries, and parses the answer.
   * @throws ServiceError as `LmsClient` does; the signal's reason
   */
  async ask<Answer extends z.ZodType>(request: LmsRequest<Answer>): Promise<LmsAnswer<Answer>> {
    const answer = await this.askWithin(request);
    if ('value' in answer) return answer;
    throw verdictFailure({ operation: request.operation, skId: request.account.skId }, answer);
  }

  /** The same, where an answer beyond the limit is no failure. */
  async askWithin<Answer extends z.ZodType>(request: LmsRequest<Answer>): Promise<LmsAnswer<Answer> | TooLarge> {
    const { operation, account, signal } = request;
    const subject = `${account.skId} ${operation}`;
    return this.options.access.tryRepeatedly({ operation, subject, signal }, () => this.attempt(request));
  }

  private async attempt<Answer extends z.ZodType>(request: LmsRequest<Answer>): Promise<LmsAnswer<Answer> | TooLarge> {
    const { operation, account } = request;
    const subject = { operation, skId: account.skId };
    await this.cohortHolds.assertNone(account, operation);
    const { exchange, verdict, session, number } = await this.askInSession(request);
    if (verdict.kind === 'data') {
      await this.cohortHolds.end(account);
      const value = parseAnswer(request.answer, verdict.json, subject);
      this.options.sessions.note(account, session, number, request.listedBy(value));
      request.onProgress?.();
      return { value, headers: exchange.kind === 'answer' ? exchange.headers : {} };
    }
    if (verdict.kind === 'tooLarge') return verdict;
    if (verdict.kind === 'refused') {
      const { problem, scope } = verdict;
      if (scope === 'cohort') this.cohortHolds.begin(account);
      throw await this.options.sessions.refuse(account, operation, problem, scope);
    }
    throw new FailedTry(verdictFailure(subject, verdict), verdict.kind === 'unusable');
  }

  /**
   * After a 401 it logs in and sends the same request again, once. It does not count a 401 for which another request has
   * logged in already: that log-in may have caused it, because it can revoke earlier tokens.
   */
  private async askInSession(
    request: LmsRequest<z.ZodType>,
  ): Promise<{ exchange: LmsExchange; verdict: LmsVerdict; session: LmsSession; number: number }> {
    const { sessions, metrics } = this.options;
    const { account, operation, signal, onProgress } = request;
    for (let rejections = 0; ; metrics.lmsRequests.inc({ operation, outcome: 'retry' })) {
      const opening = sessions.open(account, signal);
      const session = await opening;
      if (opening instanceof Promise) onProgress?.();
      const number = (session.sent += 1);
      const exchange = await this.send(session, request);
      await yieldToEventLoop();
      const verdict = verdictOf(exchange);
      if (verdict.kind === 'unauthorized' && sessions.reject(account, session)) rejections += 1;
      if (verdict.kind !== 'unauthorized' || rejections === 2) return { exchange, verdict, session, number };
    }
  }

  private send(session: LmsSession, request: LmsRequest<z.ZodType>): Promise<LmsExchange> {
    const { operation, method, path, body, bodyLimit, priority, signal } = request;
    return this.options.access.send(
      body === undefined
        ? { operation, method, path, headers: session.headers, priority, signal, ...(bodyLimit && { bodyLimit }) }
        : {
            ...{ operation, method, path, priority, signal },
            headers: [...session.headers, 'content-type', 'application/json'],
            body: JSON.stringify(body),
          },
    );
  }
}

import { isLoginHarmless, type LoginHandling } from '../../../domain/accounts/login-policy';
import { formatSeoulTime } from '../../../domain/shared/learning-date';
import { loggableError } from '../../../domain/shared/loggable-error';
import { ServiceError } from '../../../domain/shared/service-error';
import type { BegunLogin, LmsAccounts } from '../../database/accounts/lms-accounts';
import type { Logger } from '../../logger';
import type { Metrics } from '../../metrics';
import { onAbort } from '../../shared/on-abort';
import { LMS_PRIORITY, type LmsAccess } from '../access/lms-access';
import type { LmsExchange } from '../access/running-exchange';
import { FailedTry } from '../access/tries';
import type { LmsAccount, SessionEvidence } from '../lms-client';
import { lmsFailure, type LmsSubject } from '../lms-failure';
import { parseAnswer } from './parse-answer';
import { LOGIN_PATH } from './routes';
import { verdictFailure, verdictOf } from './verdict';
import { loginAnswerSchema } from './wire-schemas';

/** A token that the LMS accepted when it was last used. Two sessions are equal only if they are the same object. */
export interface LmsSession {
  /** Names and values in turn, ready to be sent. */
  readonly headers: string[];
  readonly generation: number;
  /** Requests so far. */
  sent: number;
  /** `sent` when the newest empty list arrived; a request with a higher number was sent after it. */
  emptyAt: number;
  /** The highest number of a request that listed something. */
  filledBy: number;
}

/** The evidence of a request about its session. */
export type ListedAnswer = 'something' | 'nothing' | 'no list';

interface Generations {
  current: number;
  newestDoubtful: number;
}

export interface OpenEgSessionsOptions {
  access: LmsAccess;
  accounts: LmsAccounts;
  logger: Logger;
  metrics: Pick<Metrics, 'lmsLogins'>;
}

type GrantedLogin = Extract<BegunLogin, { kind: 'granted' }>;
type RefusalScope = 'account' | 'cohort';

const LOGIN = 'login';
/** A log-in is never aborted: then nobody would know whether it counted as a wrong password. */
const NEVER = new AbortController().signal;

/** A session for each account. It is used until the LMS answers 401, because the `expiresIn` of a log-in is no promise. */
export class OpenEgSessions {
  private readonly sessions = new Map<string, LmsSession>();
  /** Log-ins that are under way. */
  private readonly logins = new Map<string, Promise<LmsSession>>();
  private readonly generations = new Map<string, Generations>();

  constructor(private readonly options: OpenEgSessionsOptions) {}

  /**
   * The account's session. Where there is none, one log-in serves every caller that asks meanwhile.
   * @throws ServiceError as `LmsClient` does; the signal's reason
   */
  open(account: LmsAccount, signal: AbortSignal): Promise<LmsSession> | LmsSession {
    signal.throwIfAborted();
    const key = keyOf(account);
    const session = this.sessions.get(key);
    if (session !== undefined) return session;
    let login = this.logins.get(key);
    if (login === undefined) {
      login = this.logIn(account)
        .then((opened) => {
          this.sessions.set(key, opened);
          return opened;
        })
        .finally(() => this.logins.delete(key));
      this.logins.set(key, login);
    }
    return orAborted(login, signal);
  }

  /** Forgets the session. Answers false, and keeps what there is, when the account has a newer session already. */
  reject(account: LmsAccount, session: LmsSession): boolean {
    const key = keyOf(account);
    return this.sessions.get(key) === session && this.end(key);
  }

  forget(account: LmsAccount): void {
    this.end(keyOf(account));
  }

  /** Notes what the request with this number listed. Its session may have ended meanwhile. */
  note(account: LmsAccount, session: LmsSession, number: number, listed: ListedAnswer): void {
    if (listed === 'something') session.filledBy = Math.max(session.filledBy, number);
    if (listed !== 'nothing') return;
    session.emptyAt = session.sent;
    const generations = this.generationsOf(keyOf(account));
    if (session.generation < generations.current) noteDoubt(generations, session.generation);
  }

  evidence(account: LmsAccount): SessionEvidence {
    const key = keyOf(account);
    const { current: generation, newestDoubtful } = this.generationsOf(key);
    const session = this.sessions.get(key);
    return { generation, newestDoubtful, isProven: session === undefined || hasProof(session) };
  }

  private end(key: string): boolean {
    const session = this.sessions.get(key);
    if (session === undefined) return false;
    const generations = this.generationsOf(key);
    if (!hasProof(session)) noteDoubt(generations, session.generation);
    generations.current += 1;
    return this.sessions.delete(key);
  }

  private generationsOf(key: string): Generations {
    const known = this.generations.get(key) ?? { current: 0, newestDoubtful: -1 };
    this.generations.set(key, known);
    return known;
  }

  /**
   * Leaves the account, or the account for its cohort, alone for half an hour, unless the LMS refuses everybody.
   * @returns the failure of the refused request
   */
  async refuse(account: LmsAccount, operation: string, problem: string, scope: RefusalScope): Promise<FailedTry> {
    const { accounts, logger } = this.options;
    const { loginId, skId } = account;
    if (scope === 'account') {
      for (const key of this.sessions.keys()) if (key.startsWith(`${loginId}\n`)) this.end(key);
    }
    const reason = `the LMS ${problem} to ${operation === LOGIN ? 'the log-in' : operation}`;
    const refused = { loginId, skId: scope === 'cohort' ? skId : null, reason };
    const isShared = await accounts.refuse(refused).then(
      (answer) => answer.isShared,
      (error: unknown) => {
        this.logUnrecorded(account, error);
        return false;
      },
    );
    const subject = { operation, skId };
    if (isShared) {
      const shared = `${problem}, and so it did to other accounts that had logged in before: nobody is left alone for it`;
      return new FailedTry(lmsFailure(subject, 'LMS_UNAVAILABLE', shared), true);
    }
    logger.warn({ skId, reason, scope }, 'An LMS account is left alone');
    return new FailedTry(lmsFailure(subject, 'LMS_ACCOUNT_REFUSED', problem), true);
  }

  private async logIn(account: LmsAccount): Promise<LmsSession> {
    const { access, metrics } = this.options;
    try {
      const task = { operation: LOGIN, subject: account.loginId, signal: NEVER };
      const session = await access.tryRepeatedly(task, () => this.tryLogin(account));
      metrics.lmsLogins.inc({ outcome: 'ok' });
      return session;
    } catch (error) {
      const isRefused = error instanceof ServiceError && error.code === 'LMS_ACCOUNT_REFUSED';
      metrics.lmsLogins.inc({ outcome: isRefused ? 'refused' : 'failed' });
      throw error;
    }
  }

  /** One log-in. It is counted before it is sent, and taken back where it surely did not count as a wrong password. */
  private async tryLogin(account: LmsAccount): Promise<LmsSession> {
    const { access, accounts } = this.options;
    const subject = { operation: LOGIN, skId: account.skId };
    await access.whenLeaseOwned(NEVER);
    const { isProven, attempt } = await this.begin(account, subject);
    const takeBackIfHarmless = async (handled: LoginHandling) => {
      if (isLoginHarmless(handled, isProven))
        await this.record(account, accounts.forgetLogin(account.loginId, attempt));
    };
    let exchange: LmsExchange;
    try {
      exchange = await this.send(account);
    } catch (error) {
      // The lease was lost before anything was sent.
      if (error instanceof ServiceError) await takeBackIfHarmless('no');
      throw error;
    }
    const verdict = verdictOf(exchange);
    switch (verdict.kind) {
      case 'data': {
        const { accessToken } = parseAnswer(loginAnswerSchema, verdict.json, subject);
        await this.record(account, accounts.acceptLogin(account.loginId));
        return {
          headers: ['accept', 'application/json', 'authorization', `Bearer ${accessToken}`],
          generation: this.generationsOf(keyOf(account)).current,
          ...{ sent: 0, emptyAt: -1, filledBy: 0 },
        };
      }
      case 'tryAgain':
        await takeBackIfHarmless(verdict.handled);
        throw new FailedTry(verdictFailure(subject, verdict));
      case 'tooLarge':
      case 'unusable':
        await takeBackIfHarmless(verdict.kind === 'unusable' && verdict.code === 'LMS_REJECTED' ? 'no' : 'perhaps');
        throw new FailedTry(verdictFailure(subject, verdict), true);
      case 'unauthorized':
        // A proxy's page may hide the LMS's own refusal, so this log-in stays counted.
        if (!verdict.isKnownCode) throw new FailedTry(lmsFailure(subject, 'LMS_UNAVAILABLE', verdict.problem));
        throw await this.refuse(account, LOGIN, verdict.problem, 'account');
      case 'refused':
        throw await this.refuse(account, LOGIN, verdict.problem, 'account');
    }
  }

  /** @throws ServiceError LMS_ACCOUNT_HELD, or LMS_UNAVAILABLE while too many log-ins are open (decision 0016) */
  private async begin(account: LmsAccount, subject: LmsSubject): Promise<GrantedLogin> {
    const permit = await this.options.accounts.beginLogin(account.loginId);
    switch (permit.kind) {
      case 'granted':
        return permit;
      case 'held': {
        const problem = `account is left alone until ${formatSeoulTime(permit.until)} KST, because ${permit.reason}`;
        throw lmsFailure(subject, 'LMS_ACCOUNT_HELD', problem);
      }
      case 'wait': {
        const problem = `left log-ins without an answer, so the next one waits until ${formatSeoulTime(permit.until)} KST; more could lock the account`;
        throw lmsFailure(subject, 'LMS_UNAVAILABLE', problem, permit.waitMs);
      }
    }
  }

  private send({ loginId, password }: LmsAccount): Promise<LmsExchange> {
    return this.options.access.send({
      operation: LOGIN,
      method: 'POST',
      path: LOGIN_PATH,
      headers: ['accept', 'application/json', 'content-type', 'application/json'],
      body: JSON.stringify({ loginId, password }),
      // An inquiry check may be waiting for it.
      priority: LMS_PRIORITY.inquiry,
      signal: NEVER,
    });
  }

  /** A write that fails makes the service more careful with the account, never less: it does not fail the call. */
  private async record(account: LmsAccount, write: Promise<void>): Promise<void> {
    try {
      await write;
    } catch (error) {
      this.logUnrecorded(account, error);
    }
  }

  private logUnrecorded({ skId }: LmsAccount, error: unknown): void {
    this.options.logger.warn({ skId, ...loggableError(error) }, "An LMS account's state could not be recorded");
  }
}

/** Empty lists of a session are true where a later request still listed something. */
function hasProof({ emptyAt, filledBy }: LmsSession): boolean {
  return filledBy > emptyAt;
}

function noteDoubt(generations: Generations, generation: number): void {
  generations.newestDoubtful = Math.max(generations.newestDoubtful, generation);
}

/** Two cohorts may share an account. A corrected password starts anew. */
function keyOf({ loginId, password }: LmsAccount): string {
  return `${loginId}\n${password}`;
}

/** Ends one caller's wait. The log-in itself goes on for the other callers. */
function orAborted<Result>(promise: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const stopListening = onAbort(signal, () => reject(signal.reason as Error));
    promise.then(resolve, reject).finally(stopListening);
  });
}

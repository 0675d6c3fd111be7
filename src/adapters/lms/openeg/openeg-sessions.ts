import { loginAnswerSchema } from './wire-schemas';
import { ServiceError } from '../../../domain/shared/service-error';
import type { LmsAccounts } from '../../database/accounts/lms-accounts';
import type { Logger } from '../../logger';
import type { Metrics } from '../../metrics';
import { createAskedPauses } from '../access/cool-downs';
import { classifyLmsExchange, type Handled } from './verdict';
import { LMS_PRIORITY, type LmsAccount } from '../lms-client';
import { describeMisfit, lmsFailure } from '../lms-failure';
import type { LmsLease } from '../access/lms-lease';
import type { LmsTransport } from '../access/lms-transport';
import { FailedTry, withTries, type TryPolicy } from '../access/tries';
import type { MonotonicClock } from '../../shared/monotonic-clock';
import { onAbort } from '../../shared/on-abort';

/** A token that was good when it was last used. Sessions are told apart by identity. */
export interface LmsSession {
  /** Names and values in turn, ready to be sent. */
  readonly headers: string[];
}

/** A session for each account: used until the LMS answers 401, for the `expiresIn` of a log-in is no promise. */
export interface LmsSessions {
  /** The account's session; logs in when there is none, once for all who ask meanwhile. */
  open(account: LmsAccount, signal: AbortSignal): Promise<LmsSession> | LmsSession;
  /** Forgets the session; answers false, and keeps what there is, when the account has a newer one already. */
  reject(account: LmsAccount, session: LmsSession): boolean;
  /** Forgets whatever session the account has. */
  forget(account: LmsAccount): void;
  /** Leaves the account alone for half an hour: no log-in, by any process. `reason` completes "the LMS …". */
  hold(account: LmsAccount, reason: string): Promise<void>;
}

export interface LmsSessionsOptions {
  transport: LmsTransport;
  lease: Pick<LmsLease, 'isHeld' | 'whenHeld'>;
  accounts: LmsAccounts;
  policy: TryPolicy;
  clock: MonotonicClock;
  /** Aborts when the client is closed. */
  closed: AbortSignal;
  logger: Logger;
  metrics: Pick<Metrics, 'lmsLogins' | 'lmsRequests'>;
}

const LOGIN = 'login';
/** A log-in is never cut off by the service itself: then nobody would know whether it counted. */
const NEVER = new AbortController().signal;

export function createLmsSessions(options: LmsSessionsOptions): LmsSessions {
  const { transport, lease, accounts, policy, clock, closed, logger, metrics } = options;
  const sessions = new Map<string, LmsSession>();
  const logins = new Map<string, Promise<LmsSession>>();
  const pauses = createAskedPauses(clock, policy.retryAfterMostMs);

  /** Bookkeeping that fails makes the service more careful with the account, never less: it is no reason to fail the call. */
  const record = async (account: LmsAccount, bookkeeping: Promise<void>) => {
    try {
      await bookkeeping;
    } catch (error) {
      const code = error instanceof ServiceError ? error.code : 'UNEXPECTED';
      logger.warn({ skId: account.skId, code }, "An LMS account's state could not be recorded");
    }
  };

  const hold = async (account: LmsAccount, reason: string) => {
    for (const key of sessions.keys()) if (key.startsWith(`${account.loginId}\n`)) sessions.delete(key);
    logger.warn({ skId: account.skId, reason: `the LMS ${reason}` }, 'An LMS account is left alone');
    await record(account, accounts.hold(account.loginId, `the LMS ${reason}`));
  };

  const beginLogin = async (account: LmsAccount): Promise<{ proven: boolean }> => {
    const subject = { operation: LOGIN, skId: account.skId };
    const permit = await accounts.beginLogin(account.loginId);
    if (permit.kind === 'held') {
      const what = `account is left alone until ${inSeoul(permit.until)}, because ${permit.reason}`;
      throw lmsFailure(subject, 'LMS_ACCOUNT_HELD', what);
    }
    if (permit.kind === 'later') {
      const what = `left log-ins without an answer, so the next one waits until ${inSeoul(permit.at)}, lest the account be locked`;
      throw lmsFailure(subject, 'LMS_UNAVAILABLE', what, permit.inMs);
    }
    return permit;
  };

  /** One log-in. It is counted before it is sent and taken back only if it surely did not count as a wrong password. */
  const tryLogin = async (account: LmsAccount): Promise<LmsSession> => {
    const subject = { operation: LOGIN, skId: account.skId };
    if (!lease.isHeld()) await lease.whenHeld(NEVER);
    const { proven } = await beginLogin(account);
    const forgetIfHarmless = async (handled: Handled) => {
      // An LMS that failed hardly counted a password that was right before; with an unproven one nothing is risked.
      const harmless = handled === 'no' || (handled === 'perhaps' && proven);
      if (harmless) await record(account, accounts.forgetLogin(account.loginId));
    };
    const exchange = await transport
      .send({
        operation: LOGIN,
        method: 'POST',
        path: '/api/v1/auth/login',
        headers: ['accept', 'application/json', 'content-type', 'application/json'],
        body: JSON.stringify({ loginId: account.loginId, password: account.password }),
        // Whoever waits for it may be an inquiry check.
        priority: LMS_PRIORITY.inquiry,
        signal: NEVER,
      })
      .catch(async (error: unknown) => {
        if (error instanceof ServiceError) await forgetIfHarmless('no');
        throw error;
      });
    const verdict = classifyLmsExchange(exchange);
    switch (verdict.kind) {
      case 'data': {
        const answer = loginAnswerSchema.safeParse(verdict.json);
        if (!answer.success) {
          throw new FailedTry(lmsFailure(subject, 'LMS_BAD_PAGE', describeMisfit(answer.error)));
        }
        await record(account, accounts.acceptLogin(account.loginId));
        return { headers: ['accept', 'application/json', 'authorization', `Bearer ${answer.data.accessToken}`] };
      }
      case 'tryAgain': {
        await forgetIfHarmless(verdict.handled);
        const code = verdict.rateLimited ? 'LMS_RATE_LIMITED' : 'LMS_UNAVAILABLE';
        const failure = lmsFailure(subject, code, verdict.what, verdict.retryAfterMs);
        pauses.note(account.loginId, failure);
        throw new FailedTry(failure);
      }
      case 'rejected':
        await forgetIfHarmless('no');
        throw new FailedTry(lmsFailure(subject, 'LMS_REJECTED', verdict.what));
      case 'unauthorized':
      case 'refused':
        await hold(account, `${verdict.what} to the log-in`);
        throw new FailedTry(lmsFailure(subject, 'LMS_ACCOUNT_REFUSED', verdict.what));
    }
  };

  const logIn = async (account: LmsAccount): Promise<LmsSession> => {
    const count = (outcome: 'ok' | 'retry' | 'failed') => metrics.lmsRequests.inc({ operation: LOGIN, outcome });
    try {
      pauses.assertOver(account.loginId);
      const session = await withTries({ policy, clock, signals: [closed], count }, () => tryLogin(account));
      metrics.lmsLogins.inc({ outcome: 'ok' });
      return session;
    } catch (error) {
      const refused = error instanceof ServiceError && error.code === 'LMS_ACCOUNT_REFUSED';
      metrics.lmsLogins.inc({ outcome: refused ? 'refused' : 'failed' });
      throw error;
    }
  };

  return {
    open(account, signal) {
      signal.throwIfAborted();
      const key = keyOf(account);
      const session = sessions.get(key);
      if (session !== undefined) return session;
      let login = logins.get(key);
      if (login === undefined) {
        login = logIn(account)
          .then((opened) => {
            sessions.set(key, opened);
            return opened;
          })
          .finally(() => logins.delete(key));
        logins.set(key, login);
      }
      return orAborted(login, signal);
    },
    reject(account, session) {
      const key = keyOf(account);
      return sessions.get(key) === session && sessions.delete(key);
    },
    forget: (account) => void sessions.delete(keyOf(account)),
    hold,
  };
}

/** Two cohorts may share an account; a corrected password starts anew. */
function keyOf({ loginId, password }: LmsAccount): string {
  return `${loginId}\n${password}`;
}

/** A log-in belongs to all who wait for it: it goes on when one of them stops waiting. */
function orAborted<Result>(promise: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const stopListening = onAbort(signal, () => reject(signal.reason as Error));
    promise.then(resolve, reject).finally(stopListening);
  });
}

function inSeoul(instant: Date): string {
  const shifted = new Date(instant.getTime() + 9 * 60 * 60 * 1000);
  return `${shifted.toISOString().slice(0, 16).replace('T', ' ')} KST`;
}

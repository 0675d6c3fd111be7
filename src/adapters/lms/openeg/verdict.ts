import type { LoginHandling } from '../../../domain/accounts/login-policy';
import type { ServiceError } from '../../../domain/shared/service-error';
import { retryAfterMs } from '../../shared/retry-after-ms';
import type { LmsExchange } from '../access/running-exchange';
import { lmsFailure, type LmsSubject } from '../lms-failure';

/** What one exchange means. `problem` completes the sentence "the LMS …" and quotes nothing of the body. */
export type LmsVerdict =
  | { kind: 'data'; json: unknown }
  | {
      kind: 'tryAgain';
      problem: string;
      isRateLimited: boolean;
      retryAfterMs: number | undefined;
      handled: LoginHandling;
    }
  /** 401: the token is no longer good or, at the log-in, the password is wrong. */
  | { kind: 'unauthorized'; problem: string }
  /** 403 and 423: the account has to be left alone. */
  | { kind: 'refused'; problem: string }
  /** The same request would bring the same answer. */
  | { kind: 'rejected'; problem: string };

/** The LMS turned the request away before it handled it. */
const TURNED_AWAY: ReadonlySet<number> = new Set([408, 429, 503]);

export function verdictOf(exchange: LmsExchange): LmsVerdict {
  if (exchange.kind === 'noAnswer') {
    const { problem, isSent } = exchange;
    return {
      kind: 'tryAgain',
      problem,
      isRateLimited: false,
      retryAfterMs: undefined,
      handled: isSent ? 'unknown' : 'no',
    };
  }
  const { status, headers, body } = exchange;
  const json = parseJson(body);
  if (status >= 200 && status < 300) {
    if (json !== undefined) return { kind: 'data', json };
    const problem = `answered ${status} with a web page or a broken text instead of data`;
    return { kind: 'tryAgain', problem, isRateLimited: false, retryAfterMs: undefined, handled: 'perhaps' };
  }
  const problem = `answered ${status}${lmsCode(json)}`;
  if (status === 401) return { kind: 'unauthorized', problem };
  if (status === 403 || status === 423) return { kind: 'refused', problem };
  if (TURNED_AWAY.has(status) || status >= 500) {
    return {
      kind: 'tryAgain',
      problem,
      isRateLimited: status === 429,
      retryAfterMs: retryAfterMs(headers),
      handled: TURNED_AWAY.has(status) ? 'no' : 'perhaps',
    };
  }
  return { kind: 'rejected', problem };
}

/** The failure of a request that brought no data. */
export function verdictFailure(subject: LmsSubject, verdict: Exclude<LmsVerdict, { kind: 'data' }>): ServiceError {
  const { problem } = verdict;
  switch (verdict.kind) {
    case 'tryAgain':
      return lmsFailure(
        subject,
        verdict.isRateLimited ? 'LMS_RATE_LIMITED' : 'LMS_UNAVAILABLE',
        problem,
        verdict.retryAfterMs,
      );
    case 'unauthorized':
      return lmsFailure(subject, 'LMS_SESSION_REJECTED', `${problem}, right after a log-in too`);
    case 'refused':
      return lmsFailure(subject, 'LMS_ACCOUNT_REFUSED', problem);
    case 'rejected':
      return lmsFailure(subject, 'LMS_REJECTED', problem);
  }
}

/** Undefined where the text is no JSON: no JSON text parses to undefined. */
function parseJson(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

/** The LMS's own code for operators, where it looks like one. Its message could hold anything. */
function lmsCode(json: unknown): string {
  const code = typeof json === 'object' && json !== null && 'code' in json ? json.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z_]{0,39}$/.test(code) ? ` (${code})` : '';
}

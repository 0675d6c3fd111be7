import type { LoginHandling } from '../../../domain/accounts/login-policy';
import type { ServiceError } from '../../../domain/shared/service-error';
import { retryAfterMs } from '../../shared/retry-after-ms';
import { bodyText } from '../access/body-text';
import type { BodyEnds, LmsExchange } from '../access/running-exchange';
import { MOST_BODY_BYTES } from '../lms-limits';
import { lmsFailure, type LmsSubject } from '../lms-failure';

/** The meaning of one exchange. `problem` completes the sentence "the LMS …" and quotes nothing of the body. */
export type LmsVerdict =
  | { kind: 'data'; json: unknown }
  | { kind: 'tooLarge'; problem: string; ends: BodyEnds | null }
  | {
      kind: 'tryAgain';
      code: 'LMS_UNAVAILABLE' | 'LMS_RATE_LIMITED' | 'LMS_NOT_FOUND';
      problem: string;
      retryAfterMs?: number | undefined;
      handled: LoginHandling;
    }
  /** 401: the token is no longer good or, at the log-in, the password is wrong. */
  | { kind: 'unauthorized'; problem: string; isKnownCode: boolean }
  /** The LMS refuses the whole account, or the account for this cohort. */
  | { kind: 'refused'; problem: string; scope: 'account' | 'cohort' }
  /** The LMS refuses the form of the request, or answers bytes that are no text. */
  | { kind: 'unusable'; code: 'LMS_REJECTED' | 'LMS_BAD_PAGE'; problem: string };

/** The LMS turned the request away before it handled it. */
const TURNED_AWAY: ReadonlySet<number> = new Set([404, 408, 429, 503]);
/** The LMS refuses the request's own form. */
const FORM_REFUSED: ReadonlySet<number> = new Set([400, 413, 414, 415, 422]);
/** The refusals of docs/contract/lms-api.openapi.yaml. */
const REFUSALS: Readonly<Record<string, 'account' | 'cohort'>> = {
  '403 ACCOUNT_DISABLED': 'account',
  '403 FORBIDDEN': 'cohort',
  '423 ACCOUNT_LOCKED': 'account',
};
const UNAUTHORIZED: ReadonlySet<string | undefined> = new Set(['INVALID_CREDENTIALS', 'TOKEN_EXPIRED']);

/**
 * A proxy answers with the same statuses as the LMS. So an answer is a refusal only where its body is the LMS's own JSON
 * with a code that the contract knows. Everything that has no name here is an outage and is tried again.
 */
export function verdictOf(exchange: LmsExchange): LmsVerdict {
  if (exchange.kind === 'noAnswer') {
    const { problem, isSent } = exchange;
    return { kind: 'tryAgain', code: 'LMS_UNAVAILABLE', problem, handled: isSent ? 'unknown' : 'no' };
  }
  if (exchange.kind === 'tooLarge') {
    const { maxBytes, ends } = exchange;
    return { kind: 'tooLarge', problem: `answered more than ${maxBytes / 1024 / 1024} MB`, ends };
  }
  const { status, headers } = exchange;
  const text = bodyText(exchange.body, headers, MOST_BODY_BYTES);
  const json = parseJson(text);
  if (status >= 200 && status < 300) {
    if (json !== undefined) return { kind: 'data', json };
    if (text === undefined)
      return {
        kind: 'unusable',
        code: 'LMS_BAD_PAGE',
        problem: `answered ${status} with bytes that are no text in its charset`,
      };
    const problem = `answered ${status} with a web page or a broken text instead of data`;
    return { kind: 'tryAgain', code: 'LMS_UNAVAILABLE', problem, handled: 'perhaps' };
  }
  const code = lmsCode(json);
  const problem = `answered ${status}${code === undefined ? '' : ` (${code})`}`;
  if (status === 401) return { kind: 'unauthorized', problem, isKnownCode: UNAUTHORIZED.has(code) };
  const scope = REFUSALS[`${status} ${code}`];
  if (scope !== undefined) return { kind: 'refused', problem, scope };
  if (FORM_REFUSED.has(status) && code !== undefined) return { kind: 'unusable', code: 'LMS_REJECTED', problem };
  return {
    kind: 'tryAgain',
    code: TRY_AGAIN_CODES[`${status}`] ?? TRY_AGAIN_CODES[`${status} ${code}`] ?? 'LMS_UNAVAILABLE',
    problem,
    retryAfterMs: retryAfterMs(headers),
    handled: TURNED_AWAY.has(status) ? 'no' : 'perhaps',
  };
}

const TRY_AGAIN_CODES: Readonly<Record<string, 'LMS_RATE_LIMITED' | 'LMS_NOT_FOUND'>> = {
  '429': 'LMS_RATE_LIMITED',
  '404 NOT_FOUND': 'LMS_NOT_FOUND',
};

/** The failure of a request that brought no data. */
export function verdictFailure(subject: LmsSubject, verdict: Exclude<LmsVerdict, { kind: 'data' }>): ServiceError {
  const { problem } = verdict;
  switch (verdict.kind) {
    case 'tryAgain':
      return lmsFailure(subject, verdict.code, problem, verdict.retryAfterMs);
    case 'unauthorized':
      return lmsFailure(subject, 'LMS_SESSION_REJECTED', `${problem}, right after a log-in too`);
    case 'refused':
      return lmsFailure(subject, 'LMS_ACCOUNT_REFUSED', problem);
    case 'tooLarge':
      return lmsFailure(subject, 'LMS_BAD_PAGE', problem);
    case 'unusable':
      return lmsFailure(subject, verdict.code, problem);
  }
}

/** Undefined where the text is no JSON: no JSON text parses to undefined. */
function parseJson(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The LMS's own code, where it looks like one. Its message could hold anything. */
function lmsCode(json: unknown): string | undefined {
  const code = typeof json === 'object' && json !== null && 'code' in json ? json.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z_]{0,39}$/.test(code) ? code : undefined;
}

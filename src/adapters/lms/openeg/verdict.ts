import { retryAfterMs } from '../../shared/retry-after-ms';
import type { LmsExchange } from '../access/lms-exchange';

/** What one exchange means (design rule 5). `what` completes the sentence "the LMS …" and quotes nothing of the body. */
export type LmsVerdict =
  | { kind: 'data'; json: unknown }
  | { kind: 'tryAgain'; what: string; rateLimited: boolean; retryAfterMs: number | undefined; handled: Handled }
  /** 401: the token is no longer good or, at the log-in, the password is wrong. */
  | { kind: 'unauthorized'; what: string }
  /** 403 and 423: the account is to be left alone. */
  | { kind: 'refused'; what: string }
  /** Asking the same again brings the same. */
  | { kind: 'rejected'; what: string };

/** How far the LMS got with a request that has to be tried again. */
export type Handled =
  /** Not beyond its door: the request was never sent, or was turned away as too much or too early. */
  | 'no'
  /** It answered that it failed, perhaps after it did what was asked. */
  | 'perhaps'
  /** Nobody knows. */
  | 'unknown';

const TURNED_AWAY = new Set([408, 429, 503]);

export function classifyLmsExchange(exchange: LmsExchange): LmsVerdict {
  if (exchange.kind === 'noAnswer') {
    const { what, sent } = exchange;
    return { kind: 'tryAgain', what, rateLimited: false, retryAfterMs: undefined, handled: sent ? 'unknown' : 'no' };
  }
  const { status, headers, body } = exchange;
  const json = parsed(body);
  if (status >= 200 && status < 300) {
    if (json !== undefined) return { kind: 'data', json };
    const what = `answered ${status} with a web page or a broken text instead of data`;
    return { kind: 'tryAgain', what, rateLimited: false, retryAfterMs: undefined, handled: 'perhaps' };
  }
  const what = `answered ${status}${lmsCode(json)}`;
  if (status === 401) return { kind: 'unauthorized', what };
  if (status === 403 || status === 423) return { kind: 'refused', what };
  if (TURNED_AWAY.has(status) || status >= 500) {
    return {
      kind: 'tryAgain',
      what,
      rateLimited: status === 429,
      retryAfterMs: retryAfterMs(headers),
      handled: TURNED_AWAY.has(status) ? 'no' : 'perhaps',
    };
  }
  return { kind: 'rejected', what };
}

/** undefined for what is no JSON, which JSON itself can't say. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

/** The LMS's own code for operators, when it looks like one: its message could hold anything. */
function lmsCode(json: unknown): string {
  const code = typeof json === 'object' && json !== null && 'code' in json ? json.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z_]{0,39}$/.test(code) ? ` (${code})` : '';
}

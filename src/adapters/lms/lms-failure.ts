import { ServiceError, type ErrorCode } from '../../domain/shared/service-error';

const ADVICE = {
  LMS_UNAVAILABLE: "It is tried again by itself; if this lasts, ask the LMS's operators.",
  LMS_RATE_LIMITED:
    'It is tried again by itself; if this lasts, something else asks the LMS too: lower OPENEG_MAX_CONCURRENT_REQUESTS.',
  LMS_SESSION_REJECTED:
    'It is tried again by itself; if this lasts, somebody else logs in with this account: give the service an account that nobody else uses.',
  LMS_NOT_FOUND:
    'It is tried again by itself; if this lasts for one cohort alone, its sk_id is wrong: compare it with the LMS\'s, and import the cohort again ("openeg cohorts import").',
  LMS_REJECTED: 'It is tried again later; if this lasts, compare the request with docs/contract/lms-api.openapi.yaml.',
  LMS_BAD_PAGE:
    'It is tried again later; if this lasts, the LMS changed: compare its answer with docs/contract/lms-api.openapi.yaml.',
  LMS_ACCOUNT_REFUSED:
    'The account is left alone for half an hour, so that it is not locked: correct it, then import it again ("openeg cohorts import").',
  LMS_ACCOUNT_HELD: 'To try at once, correct the account and import it again ("openeg cohorts import").',
} satisfies Partial<Record<ErrorCode, string>>;

/** The operation and the cohort of a request. */
export interface LmsSubject {
  operation: string;
  skId: string;
}

/**
 * A failure at the LMS as one sentence for operators, with advice. `problem` completes "the LMS …" and quotes no value of
 * an answer, because that can be personal.
 */
export function lmsFailure(
  { operation, skId }: LmsSubject,
  code: keyof typeof ADVICE,
  problem: string,
  retryAfterMs?: number,
): ServiceError {
  return new ServiceError(code, `Cohort ${skId}, ${operation}: the LMS ${problem}. ${ADVICE[code]}`, { retryAfterMs });
}

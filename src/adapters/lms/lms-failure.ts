import { z } from 'zod';
import { describeIssues } from '../../domain/shared/describe-issues';
import { ServiceError, type ErrorCode } from '../../domain/shared/service-error';

type LmsErrorCode = Extract<ErrorCode, `LMS_${string}`>;

const ADVICE = {
  LMS_UNAVAILABLE: "It is tried again by itself; if this lasts, ask the LMS's operators.",
  LMS_RATE_LIMITED:
    'It is tried again by itself; if this lasts, something else asks the LMS too: lower OPENEG_MAX_CONCURRENT_REQUESTS.',
  LMS_SESSION_REJECTED:
    'It is tried again by itself; if this lasts, somebody else logs in with this account: give the service one of its own.',
  LMS_REJECTED: 'Check OPENEG_LMS_BASE_URL, and whether the LMS still has what is asked for.',
  LMS_BAD_PAGE: 'The LMS changed: compare its answer with docs/contract/lms-api.openapi.yaml.',
  LMS_ACCOUNT_REFUSED:
    'The account is left alone for half an hour, so that it is not locked: correct it, then import it again ("openeg cohorts import").',
  LMS_ACCOUNT_HELD: 'To try at once, correct the account and import it again ("openeg cohorts import").',
} satisfies Partial<Record<LmsErrorCode, string>>;

/** What was asked, for whom: an operation of the contract's OpenAPI text and a cohort. */
export interface LmsSubject {
  operation: string;
  skId: string;
}

/** A failure at the LMS as one sentence and what to do. `what` completes "the LMS …" and holds no value of an answer. */
export function lmsFailure(
  { operation, skId }: LmsSubject,
  code: keyof typeof ADVICE,
  what: string,
  retryAfterMs?: number,
): ServiceError {
  return new ServiceError(code, `Cohort ${skId}, ${operation}: the LMS ${what}. ${ADVICE[code]}`, { retryAfterMs });
}

const MOST_FIELDS_NAMED = 3;

/** Which fields of an answer are not what the contract says: a page can be wrong in hundreds of places, a few tell why. */
export function describeMisfit(error: z.ZodError): string {
  const more = error.issues.length - MOST_FIELDS_NAMED;
  const fields = describeIssues(new z.ZodError(error.issues.slice(0, MOST_FIELDS_NAMED)), 'answer');
  return `answered data that does not fit: ${fields}${more > 0 ? ` (and ${more} more)` : ''}`;
}

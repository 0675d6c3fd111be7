/**
 * Every failure that the service knows by name. `retry` is false only for what no other try can mend before a person acts:
 * that list is short, and everything else is tried again. docs/errors.md says for each code what to do, and a test holds
 * the two together.
 */
export const ERROR_CODES = {
  LMS_UNAVAILABLE: { retry: true },
  LMS_RATE_LIMITED: { retry: true },
  LMS_SESSION_REJECTED: { retry: true },
  LMS_LEASE_LOST: { retry: true },
  LMS_NOT_FOUND: { retry: true },
  LMS_BAD_PAGE: { retry: true },
  LMS_REJECTED: { retry: true },
  LMS_ACCOUNT_REFUSED: { retry: true },
  LMS_ACCOUNT_HELD: { retry: true },
  LMS_EMPTY_ROSTER: { retry: true },
  COLLECTION_TIMED_OUT: { retry: true },
  COLLECTION_CANCELLED: { retry: true },
  COHORT_UNKNOWN: { retry: false },
  COHORT_INACTIVE: { retry: false },
  CREDENTIALS_UNREADABLE: { retry: false },
  DATABASE_UNAVAILABLE: { retry: true },
  DATABASE_REJECTED: { retry: false },
  CHAT_UNAVAILABLE: { retry: true },
  CHAT_RATE_LIMITED: { retry: true },
  CHAT_REJECTED: { retry: false },
  CHAT_WEBHOOK_REVOKED: { retry: false },
  STATISTICS_UNAVAILABLE: { retry: true },
  STATISTICS_REJECTED: { retry: false },
  TEMPORAL_UNAVAILABLE: { retry: true },
  WORKER_STOPPING: { retry: true },
  CONFIG_INVALID: { retry: false },
  INPUT_INVALID: { retry: false },
  UNEXPECTED: { retry: true },
} as const satisfies Record<string, { retry: boolean }>;

export type ErrorCode = keyof typeof ERROR_CODES;

/**
 * A failure with a code and a sentence for operators. The sentence may reach logs, workflow histories and Google
 * Chat: it must name keys, operations and fields, never a secret, a learner's name or a learner's text.
 */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly code: ErrorCode;
  /** The least time to wait before another try, in milliseconds, when the other side named one. */
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, options: { retryAfterMs?: number | undefined; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
  }

  get retryable(): boolean {
    return ERROR_CODES[this.code].retry;
  }
}

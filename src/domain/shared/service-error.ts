/**
 * Every failure that the service knows by name. `retry` says whether another try can succeed without a person;
 * docs/errors.md says for each code what to do, and a test holds the two together.
 */
export const ERROR_CODES = {
  LMS_UNAVAILABLE: { retry: true },
  LMS_RATE_LIMITED: { retry: true },
  LMS_SESSION_REJECTED: { retry: true },
  LMS_LEASE_LOST: { retry: true },
  LMS_BAD_PAGE: { retry: false },
  LMS_REJECTED: { retry: false },
  LMS_ACCOUNT_REFUSED: { retry: false },
  LMS_ACCOUNT_HELD: { retry: false },
  LMS_EMPTY_ROSTER: { retry: false },
  COLLECTION_TIMED_OUT: { retry: true },
  COLLECTION_CANCELLED: { retry: true },
  COHORT_UNKNOWN: { retry: false },
  COHORT_INACTIVE: { retry: false },
  CREDENTIALS_UNREADABLE: { retry: false },
  DATABASE_UNAVAILABLE: { retry: true },
  DATABASE_REJECTED: { retry: false },
  CHAT_UNAVAILABLE: { retry: true },
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

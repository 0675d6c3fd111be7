/**
 * Every error that the HTTP server answers, with its status. `docs/api.md` says for each what the caller does about it,
 * and a test holds the two together.
 */
export const API_ERRORS = {
  BODY_INVALID: 400,
  PATH_INVALID: 400,
  REQUEST_UNREADABLE: 400,
  TOKEN_MISSING: 401,
  TOKEN_INVALID: 401,
  OTHER_MEMBER: 403,
  NOT_FOUND: 404,
  REQUEST_TIMED_OUT: 408,
  SAVE_ID_REUSED: 409,
  NOT_ENOUGH_WATCHED: 409,
  BODY_TOO_LARGE: 413,
  MEDIA_TYPE_UNSUPPORTED: 415,
  LENGTH_MISMATCH: 422,
  VIDEO_TOO_LONG: 422,
  TOO_MANY_CALLS: 429,
  HEADERS_TOO_LARGE: 431,
  UNEXPECTED: 500,
  UNAVAILABLE: 503,
} as const;

export type ApiErrorCode = keyof typeof API_ERRORS;

/** An answer that is no success. The message is for developers of pages; it quotes nothing that they sent. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ApiErrorCode;
  readonly details: unknown;
  /** For the header `Retry-After`, in whole seconds. */
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ApiErrorCode, message: string, options: { details?: unknown; retryAfterSeconds?: number } = {}) {
    super(message);
    this.code = code;
    this.details = options.details;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

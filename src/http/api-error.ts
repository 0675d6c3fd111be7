import type { ApiErrorCode } from '../domain/shared/api-errors';

interface ApiErrorOptions {
  details?: unknown;
  /** The `Retry-After` header. */
  retryAfterSeconds?: number;
}

/** An answer with an error code. The message is for developers of pages, and it never quotes the request. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ApiErrorCode;
  readonly details: unknown;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ApiErrorCode, message: string, { details, retryAfterSeconds }: ApiErrorOptions = {}) {
    super(message);
    this.code = code;
    this.details = details;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/**
 * Every error code of the HTTP server, with its status. `docs/api.md` describes the same codes; a unit test compares the
 * two.
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

/**
 * Whether the server would refuse the same call again. Only an answer with a code of this table and that code's status is
 * a refusal. Any other answer, such as a proxy's page, is worth another try (contract section 7).
 */
export function isRefusal(status: number, code: unknown): code is ApiErrorCode {
  const isOurs = typeof code === 'string' && (API_ERRORS as Record<string, number>)[code] === status;
  return isOurs && status < 500 && !WORTH_ANOTHER_TRY.has(status);
}

const WORTH_ANOTHER_TRY = new Set<number>([
  API_ERRORS.TOKEN_MISSING,
  API_ERRORS.NOT_FOUND,
  API_ERRORS.REQUEST_TIMED_OUT,
  API_ERRORS.TOO_MANY_CALLS,
]);

import { isRefusal } from '../../../src/domain/shared/api-errors';
import type { Segment } from '../../../src/domain/completion/watched-segments';
import {
  fieldsOf,
  parseAnswer,
  parseExplainedAnswer,
  type ExplainedAnswer,
  type ProgressAnswer,
} from './progress-answer';

/** A call without an answer ends after this time. It is tried again, and the server counts it once. */
const TIMEOUT_MS = 10_000;
/** A longer `Retry-After` comes from a server with a wrong clock. */
const LONGEST_RETRY_AFTER_MS = 5 * 60_000;
/** Characters of a token that a header may contain. Others make `fetch` throw, which would look like a lost network. */
const TOKEN = /^[\w.~+/=-]+$/;

/** A member's lesson (contract section 7). `memberNo` is the `sub` of the token. */
export interface Lesson {
  projectNo: string;
  eduNo: string;
  chasiNo: string;
  memberNo: string;
}

/**
 * One call that adds watched time. It is sent with the same `saveId` and the same body until the server answers, also on a
 * later visit. That is why it counts once.
 */
export interface Save {
  /** Whether it is the one call of `/complete` for a short video. */
  complete: boolean;
  body: Lesson & {
    totalVideoTime: number;
    currentVideoTime: number;
    completionVideoTime: number;
    saveId: string;
    playbackRate: number;
    segments: Segment[];
  };
}

/** The result of a call. */
export type Outcome<Answer> =
  | { kind: 'answered'; answer: Answer }
  /** No answer, or one that is worth another try. */
  | { kind: 'unavailable'; retryAfterMs: number }
  /** The server does not accept the token, and there is no other one. */
  | { kind: 'unauthorized' }
  /** The server would refuse the same call again. */
  | { kind: 'refused'; status: number; code: string };

export interface ProgressApi {
  read(): Promise<Outcome<ExplainedAnswer>>;
  send(save: Save): Promise<Outcome<ProgressAnswer>>;
}

/** The parameters of `fetch` in which calls differ. */
interface CallOptions {
  method?: 'POST';
  body?: string;
  keepalive?: boolean;
  cache?: 'no-store';
}

/** One text for one member's lesson. Two lessons never share one, also when a number contains the separator. */
export function lessonName({ projectNo, eduNo, chasiNo, memberNo }: Lesson): string {
  return [projectNo, eduNo, chasiNo, memberNo].map(encodeURIComponent).join('/');
}

/**
 * The calls of the progress API. A save uses `keepalive`, so it arrives also when the page closes meanwhile (`sendBeacon`
 * cannot carry the token). The calls never throw.
 * @param apiUrl of `/api/progress`, relative to the page or absolute
 * @param renewToken is called once for each call that is answered with 401
 */
export function createProgressApi(
  apiUrl: string,
  lesson: Lesson,
  firstToken: string,
  renewToken: () => Promise<string | undefined>,
): ProgressApi {
  let token = firstToken;

  async function call<Answer>(
    url: string,
    options: CallOptions,
    parse: (value: unknown) => Answer | undefined,
  ): Promise<Outcome<Answer>> {
    const response = await request(url, options, token);
    if (response.status !== 401) return outcomeOf(response, parse);
    const renewed = await renewedToken(renewToken);
    if (renewed === undefined || renewed === token) return { kind: 'unauthorized' };
    const second = await request(url, options, renewed);
    if (second.status === 401) return { kind: 'unauthorized' };
    // Stored only now: with a token that does not work `renewToken` would not be called again.
    token = renewed;
    return outcomeOf(second, parse);
  }

  return {
    read: () => orUnavailable(call(`${apiUrl}/${lessonName(lesson)}`, { cache: 'no-store' }, parseExplainedAnswer)),
    send: ({ complete, body }) =>
      orUnavailable(
        call(
          complete ? `${apiUrl}/complete` : apiUrl,
          { method: 'POST', keepalive: true, body: JSON.stringify(body) },
          parseAnswer,
        ),
      ),
  };
}

/** @returns undefined when no token came in time, or something else came (the log-in page of a portal) */
async function renewedToken(renewToken: () => Promise<string | undefined>): Promise<string | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), TIMEOUT_MS);
  });
  try {
    // A token that was read from a text file may end with a line break. `fetch` would remove it as well.
    const renewed = (await Promise.race([renewToken(), tooLate]))?.trim();
    return renewed !== undefined && TOKEN.test(renewed) ? renewed : undefined;
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

async function request(url: string, options: CallOptions, token: string): Promise<Response> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
  try {
    const response = await fetch(url, {
      ...options,
      headers: {
        authorization: `Bearer ${token}`,
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      signal: abort.signal,
    });
    // Reads the body within the time limit: a body that never ends is no answer.
    return new Response(await response.text(), { status: response.status, headers: response.headers });
  } finally {
    clearTimeout(timer);
  }
}

async function outcomeOf<Answer>(
  response: Response,
  parse: (value: unknown) => Answer | undefined,
): Promise<Outcome<Answer>> {
  const value: unknown = await response.json().catch(() => undefined);
  const answer = response.ok ? parse(value) : undefined;
  if (answer !== undefined) return { kind: 'answered', answer };
  const { code } = fieldsOf(value);
  if (isRefusal(response.status, code)) return { kind: 'refused', status: response.status, code };
  return { kind: 'unavailable', retryAfterMs: retryAfterMs(response.headers.get('retry-after'), Date.now()) };
}

function orUnavailable<Answer>(outcome: Promise<Outcome<Answer>>): Promise<Outcome<Answer>> {
  return outcome.catch(() => ({ kind: 'unavailable', retryAfterMs: 0 }));
}

/**
 * The wait that a `Retry-After` header asks for, in milliseconds. The header contains seconds or a date. 0 without a
 * readable header, at most five minutes.
 */
export function retryAfterMs(header: string | null, nowMs: number): number {
  if (header === null || header.trim() === '') return 0;
  const seconds = Number(header);
  const milliseconds = Number.isNaN(seconds) ? Date.parse(header) - nowMs : seconds * 1000;
  return Number.isNaN(milliseconds) ? 0 : Math.min(Math.max(milliseconds, 0), LONGEST_RETRY_AFTER_MS);
}

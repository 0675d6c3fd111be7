import { isRefusal } from '../../../src/domain/completion/api-errors';
import { lessonName, type Lesson } from './lesson';
import {
  fieldsOf,
  parseAnswer,
  parseExplainedAnswer,
  type ExplainedAnswer,
  type ProgressAnswer,
} from './progress-answer';
import type { Outcome } from './outcome';
import { retryAfterMs } from './retry-after-ms';
import type { Save } from '../saving/save';

/** An answer that takes longer is given up; the call is repeated, and the server counts it once. */
const TIMEOUT_MS = 10_000;
/** What a header can carry as a token: anything else makes `fetch` throw, as if the network were away. */
const TOKEN = /^[\w.~+/=-]+$/;

/** What a call hands to `fetch`, besides what all of them do. */
interface CallOptions {
  method?: 'POST';
  body?: string;
  keepalive?: boolean;
  cache?: 'no-store';
}

export interface ProgressApi {
  read(): Promise<Outcome<ExplainedAnswer>>;
  send(save: Save): Promise<Outcome<ProgressAnswer>>;
}

/**
 * The progress API's calls. Each is sent with `keepalive`, so that it arrives also when the page is closed meanwhile
 * (`sendBeacon` could not carry the token).
 * @param apiUrl of `/api/progress`, relative to the page or absolute
 * @param renewToken asked once for each call that answers 401, as long as for an answer; undefined when there is no other
 * token
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
    // Only now: one that does not work must not stand in the way of the next one.
    token = renewed;
    return outcomeOf(second, parse);
  }

  return {
    read: () => attempt(() => call(`${apiUrl}/${lessonName(lesson)}`, { cache: 'no-store' }, parseExplainedAnswer)),
    send: ({ complete, body }) =>
      attempt(() =>
        call(
          complete ? `${apiUrl}/complete` : apiUrl,
          { method: 'POST', keepalive: true, body: JSON.stringify(body) },
          parseAnswer,
        ),
      ),
  };
}

/** @returns undefined when none came in time, or something else: a portal's log-in page is no token */
async function renewedToken(renewToken: () => Promise<string | undefined>): Promise<string | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), TIMEOUT_MS);
  });
  try {
    // What ends with a line break is a text that was read from somewhere, and `fetch` would strip it as well.
    const renewed = (await Promise.race([renewToken(), tooLate]))?.trim();
    return renewed !== undefined && TOKEN.test(renewed) ? renewed : undefined;
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** The token is added here, for the second try carries another one. */
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
    // Read within the time limit: a body that never ends is no answer either.
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

async function attempt<Answer>(call: () => Promise<Outcome<Answer>>): Promise<Outcome<Answer>> {
  try {
    return await call();
  } catch {
    return { kind: 'unavailable', retryAfterMs: 0 };
  }
}

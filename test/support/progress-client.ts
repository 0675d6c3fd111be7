import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { signToken } from '../../tools/demo/demo-link';
import type { ProgressAnswer } from '../../src/http/progress/progress-schemas';

/** Saves one lesson like a page, which sends a call again after 429, 5xx or no answer (contract section 7). */
export interface ProgressClient {
  open(): Promise<ProgressAnswer>;
  save(segment: [from: number, to: number]): Promise<ProgressAnswer>;
  /** The number of calls that were sent again. */
  retries(): number;
}

export function createProgressClient(options: {
  /** Read before each try: a restarted server has another port. */
  url: () => string;
  secret: string;
  lesson: { projectNo: string; eduNo: string; chasiNo: string; memberNo: string };
  lengthMs: number;
}): ProgressClient {
  const { url, secret, lesson, lengthMs } = options;
  const token = signToken(secret, { sub: lesson.memberNo });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  let retries = 0;

  const insist = async (method: 'GET' | 'POST', path: string, body?: object): Promise<ProgressAnswer> => {
    for (;;) {
      const response = await fetch(`${url()}${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(20_000),
      }).catch(() => undefined);
      const answer = (await response?.json().catch(() => undefined)) as ProgressAnswer | undefined;
      if (response?.ok && answer !== undefined) return answer;
      if (response !== undefined && !response.ok && response.status < 500 && response.status !== 429) {
        throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
      }
      retries += 1;
      await sleep(50 + Math.random() * 200);
    }
  };
  const path = [lesson.projectNo, lesson.eduNo, lesson.chasiNo, lesson.memberNo].map(encodeURIComponent).join('/');

  return {
    open: () => insist('GET', `/api/progress/${path}`),
    save: (segment) =>
      insist('POST', '/api/progress', {
        ...lesson,
        totalVideoTime: lengthMs,
        currentVideoTime: segment[1],
        completionVideoTime: segment[1] - segment[0],
        saveId: randomUUID(),
        segments: [segment],
      }),
    retries: () => retries,
  };
}

import { Agent, request } from 'undici';

export interface BareClientResult {
  wallMs: number;
  requests: number;
}

interface Account {
  skId: string;
  loginId: string;
  password: string;
}

interface Page {
  items: Record<string, string>[];
  nextCursor: string | null;
}

/**
 * The least time of a collection: sends the LMS the same requests, with the same number in flight, reads the answers and
 * stores nothing. Each account logs in once. A request that depends on an answer waits for it.
 */
export async function runBareClient(options: {
  lmsUrl: string;
  accounts: readonly Account[];
  date: string;
  inFlight: number;
}): Promise<BareClientResult> {
  const { lmsUrl, accounts, date, inFlight } = options;
  const agent = new Agent({ connections: inFlight, pipelining: 1 });
  const waiting: (() => Promise<void>)[] = [];
  let requests = 0;

  const json = async <Answer>(path: string, token?: string, body?: unknown): Promise<Answer> => {
    requests += 1;
    const answer = await request(`${lmsUrl}${path}`, {
      dispatcher: agent,
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.statusCode}`);
    return (await answer.body.json()) as Answer;
  };

  /** Reads one page, and queues its next page and the requests for its items. */
  const list = (path: string, token: string, each?: (item: Record<string, string>) => void, cursor = ''): void => {
    waiting.push(async () => {
      const separator = path.includes('?') ? '&' : '?';
      const page = await json<Page>(`${path}${separator}limit=100${cursor}`, token);
      if (each !== undefined) page.items.forEach(each);
      if (page.nextCursor !== null) list(path, token, each, `&cursor=${encodeURIComponent(page.nextCursor)}`);
    });
  };

  const startedAt = performance.now();
  for (const { skId, loginId, password } of accounts) {
    waiting.push(async () => {
      const { accessToken: token } = await json<{ accessToken: string }>('/api/v1/auth/login', undefined, {
        loginId,
        password,
      });
      const cohort = `/api/v1/cohorts/${encodeURIComponent(skId)}`;
      list(`${cohort}/students`, token, ({ studentId }) =>
        list(`${cohort}/students/${encodeURIComponent(studentId!)}/vod-logs?date=${date}`, token),
      );
      list(`${cohort}/pbl/problems`, token, ({ problemId }) =>
        list(`${cohort}/pbl/problems/${encodeURIComponent(problemId!)}/submissions`, token),
      );
      list(`${cohort}/tasks`, token, ({ taskId }) =>
        list(`${cohort}/tasks/${encodeURIComponent(taskId!)}/submissions`, token),
      );
      waiting.push(async () => {
        await json(`${cohort}/roadmap`, token);
      });
    });
  }
  await drain(waiting, inFlight);
  const wallMs = performance.now() - startedAt;
  await agent.close();
  return { wallMs, requests };
}

/** Runs the queue in its order, `inFlight` at once, until it is empty. */
async function drain(waiting: (() => Promise<void>)[], inFlight: number): Promise<void> {
  let running = 0;
  await new Promise<void>((resolve, reject) => {
    const fill = () => {
      while (running < inFlight && waiting.length > 0) {
        running += 1;
        waiting.shift()!().then(() => {
          running -= 1;
          fill();
        }, reject);
      }
      if (running === 0 && waiting.length === 0) resolve();
    };
    fill();
  });
}

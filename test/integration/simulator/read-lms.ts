import type { Simulator } from '../../../simulator/simulator';

export interface LmsReader {
  headers: Record<string, string>;
  get(path: string, query?: Record<string, string>, signal?: AbortSignal): Promise<Response>;
  post(path: string, body: unknown): Promise<Response>;
  /** All pages of a list, with items that came twice. */
  list(path: string, query?: Record<string, string>): Promise<{ items: Record<string, unknown>[]; pages: number }>;
}

/** Logs in and reads one cohort of the simulated LMS, without the product's code: no limit and no second try. */
export async function readLms(simulator: Simulator, skId: string): Promise<LmsReader> {
  const account = simulator.cohorts().find((cohort) => cohort.skId === skId);
  if (account === undefined) throw new Error(`no such cohort: ${skId}`);
  const login = await fetch(`${simulator.lmsUrl}/api/v1/auth/login`, {
    method: 'POST',
    body: JSON.stringify({ loginId: account.loginId, password: account.password }),
  });
  const { accessToken } = (await login.json()) as { accessToken: string };
  const headers = { authorization: `Bearer ${accessToken}` };
  const base = `${simulator.lmsUrl}/api/v1/cohorts/${encodeURIComponent(skId)}`;

  const get: LmsReader['get'] = (path, query = {}, signal) =>
    fetch(`${base}/${path}?${new URLSearchParams(query).toString()}`, { headers, ...(signal ? { signal } : {}) });

  return {
    headers,
    get,
    post: (path, body) => fetch(`${base}/${path}`, { method: 'POST', headers, body: JSON.stringify(body) }),
    async list(path, query = {}) {
      const items: Record<string, unknown>[] = [];
      let cursor: string | null = null;
      let pages = 0;
      do {
        const answer = await get(path, cursor === null ? query : { ...query, cursor });
        if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
        const page = (await answer.json()) as { items: Record<string, unknown>[]; nextCursor: string | null };
        items.push(...page.items);
        cursor = page.nextCursor;
        pages += 1;
      } while (cursor !== null);
      return { items, pages };
    },
  };
}

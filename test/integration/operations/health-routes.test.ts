import fastify, { type FastifyInstance } from 'fastify';
import { ServiceError } from '../../../src/domain/shared/service-error';
import { healthRoutes, type HealthPart } from '../../../src/http/health-routes';

let app: FastifyInstance;

/** Serves the health routes with these parts, and answers a function that gets a path. */
async function serve(parts: Record<string, HealthPart>): Promise<(path: string) => Promise<Response>> {
  app = fastify({ forceCloseConnections: true });
  await app.register(healthRoutes, { parts, metrics: async () => '# HELP openeg_x Text.\nopeneg_x 1\n' });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return (path) => fetch(url + path);
}
afterEach(() => app.close());

const well: HealthPart = { required: true, probe: async () => 'fine' };
const away: HealthPart = {
  required: true,
  probe: () => Promise.reject(new ServiceError('DATABASE_UNAVAILABLE', 'The database is away.')),
};

it('is alive whatever is away', async () => {
  const get = await serve({ database: away });
  expect((await get('/livez')).status).toBe(200);
});

it.each([
  ['ready', 200, { database: well, temporal: well }],
  ['not ready', 503, { database: away, temporal: well }],
  ['degraded', 200, { database: well, temporal: { ...away, required: false } }],
  ['not ready', 503, { database: away, temporal: { ...away, required: false } }],
] as const)('is %s (%i) as its parts are', async (status, code, parts) => {
  const response = await (await serve(parts))('/readyz');
  expect(response.status).toBe(code);
  expect(await response.json()).toMatchObject({ status });
});

it('shows the state of each part, and no message of an unforeseen error', async () => {
  const odd: HealthPart = { required: false, probe: () => Promise.reject(new Error('password=secret')) };
  const response = await (await serve({ database: well, temporal: away, odd }))('/readyz');
  expect(await response.json()).toEqual({
    status: 'not ready',
    parts: {
      database: { ok: true, state: 'fine' },
      temporal: { ok: false, state: 'The database is away.' },
      odd: { ok: false, state: 'failed' },
    },
  });
});

it('does not wait for a part that never answers', async () => {
  const silent: HealthPart = { required: true, probe: () => new Promise(() => {}) };
  const response = await (await serve({ silent }))('/readyz');
  expect(await response.json()).toMatchObject({ parts: { silent: { ok: false, state: 'no answer' } } });
});

it("serves metrics in Prometheus' text format", async () => {
  const response = await (await serve({}))('/metrics');
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(await response.text()).toContain('openeg_x 1');
});

import type { FastifyInstance } from 'fastify';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../../../src/adapters/database/core/database';
import { createLogger } from '../../../src/adapters/logger';
import { createMetrics } from '../../../src/adapters/metrics';
import { createHttpServer } from '../../../src/http/create-http-server';

const ROOT = join(__dirname, '../../..');
/** `/` only redirects to the API's documentation. The others are for Kubernetes and Prometheus. */
const INSIDE_THE_CLUSTER_ONLY = ['/', '/livez', '/metrics', '/readyz'];
/** Fastify publishes every new instance there, so the hook is set before the first route. */
const NEW_SERVER = 'fastify.initialization';

async function addressesOfServer(): Promise<string[]> {
  const addresses: string[] = [];
  const listen = (message: unknown) =>
    (message as { fastify: FastifyInstance }).fastify.addHook('onRoute', ({ url }) => void addresses.push(url));
  subscribe(NEW_SERVER, listen);
  const database = openDatabase({
    host: '127.0.0.1',
    port: 1,
    user: '',
    password: '',
    name: undefined,
    connectionLimit: 1,
  });
  const server = await createHttpServer({
    database,
    metrics: createMetrics(),
    logger: createLogger('silent'),
    jwtSecret: 'secret',
    allowedOrigins: [],
    rules: { maxPlaybackRate: 2 },
    onCompleted: () => {},
    health: { parts: {}, metrics: async () => '' },
    lecturePageDirectory: join(ROOT, 'web/lecture-page'),
  });
  await server.close();
  await database.close();
  unsubscribe(NEW_SERVER, listen);
  return addresses;
}

it('has the first part of every address in the Ingress, or in the list of those inside the cluster', async () => {
  const ingress = readFileSync(join(ROOT, 'deploy/k8s/overlays/production/ingress.yaml'), 'utf8');
  const published = [...ingress.matchAll(/- path: (\S+)/g)].map((match) => match[1]!);
  const served = new Set((await addressesOfServer()).map((address) => `/${address.split('/')[1]}`));
  expect([...served].toSorted()).toEqual([...INSIDE_THE_CLUSTER_ONLY, ...published].toSorted());
});

import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { inquiryDraftSchema } from '../lms/inquiry-board';
import { addRowSchema, changeRowsSchema, dropRowsSchema } from '../lms/row-changes';
import { TABLE_KEYS } from '../expected-rows';
import { knobsPatchSchema } from '../knobs';
import { startPartServer, type PartServer } from '../part-server';
import { parseJson, readBody } from '../read-body';
import { cohortDraftSchema, type Simulator } from '../simulator';
import { CHAT_PAGE } from './chat-page';

const BODY_LIMIT_BYTES = 20_000_000;

const cohortsRequestSchema = z.strictObject({ cohorts: z.array(cohortDraftSchema).min(1) });
const inquiryRequestSchema = inquiryDraftSchema.extend({ skId: z.string(), count: z.int().min(1).default(1) });
const dropInquiriesSchema = z.strictObject({ skId: z.string(), entryIds: z.array(z.string()) });
const passwordSchema = z.strictObject({ skId: z.string(), password: z.string() });
const oneCohortSchema = z.strictObject({ skId: z.string() });
const anyCohortSchema = z.strictObject({ skId: z.string().optional() });
const expectedQuerySchema = z.object({ skId: z.string(), date: z.iso.date() });

type Controlled = Omit<Simulator, 'controlUrl' | 'chatPageUrl' | 'close'>;
type Handler = (request: { body: unknown; query: Record<string, string> }) => unknown;

/** Method and path to what it does; each is the function of the same purpose of `Simulator`. */
function routesOf(simulator: Controlled): Record<string, Handler> {
  return {
    'GET /control/knobs': () => simulator.knobs,
    'PATCH /control/knobs': async ({ body }) => {
      // patchKnobs names each knob that is wrong.
      await simulator.setKnobs(knobsPatchSchema.parse(body));
      return simulator.knobs;
    },
    'GET /control/state': () => simulator.state(),
    'POST /control/state/reset': () => simulator.resetCounts(),
    'GET /control/requests/repeated': () => simulator.repeatedRequests(),
    'GET /control/urls': () => ({
      lms: simulator.lmsUrl,
      chat: simulator.chatBaseUrl,
      statistics: simulator.statisticsUrl,
      webhooks: Object.fromEntries(simulator.cohorts().map(({ space }) => [space, simulator.chatUrl(space)])),
    }),
    'GET /control/chat/webhook': ({ query }) => ({ url: simulator.chatUrl(z.string().min(1).parse(query.space)) }),
    'GET /control/cohorts': () => simulator.cohorts(),
    'POST /control/cohorts': ({ body }) =>
      cohortsRequestSchema.parse(body).cohorts.map((draft) => simulator.addCohort(draft)),
    'GET /control/cohorts.csv': () => simulator.cohortsCsv(),
    'POST /control/accounts/password': ({ body }) => {
      const { skId, password } = passwordSchema.parse(body);
      simulator.setPassword(skId, password);
    },
    'POST /control/accounts/unlock': ({ body }) => simulator.unlockAccount(oneCohortSchema.parse(body).skId),
    'POST /control/tokens/revoke': ({ body }) => ({
      revoked: simulator.revokeTokens(anyCohortSchema.parse(body ?? {}).skId),
    }),
    'GET /control/inquiries': ({ query }) => simulator.inquiries(query.skId),
    'POST /control/inquiries': ({ body }) => {
      const { skId, count, ...draft } = inquiryRequestSchema.parse(body);
      return Array.from({ length: count }, () => simulator.addInquiry(skId, draft));
    },
    'POST /control/inquiries/drop': ({ body }) => {
      const { skId, entryIds } = dropInquiriesSchema.parse(body);
      return { dropped: simulator.dropInquiries(skId, entryIds) };
    },
    'POST /control/rows/drop': ({ body }) => ({ dropped: simulator.dropRows(dropRowsSchema.parse(body)) }),
    'POST /control/rows/change': ({ body }) => ({ changed: simulator.changeRows(changeRowsSchema.parse(body)) }),
    'POST /control/rows/add': ({ body }) => simulator.addRow(addRowSchema.parse(body)),
    'GET /control/expected': ({ query }) => {
      const { skId, date } = expectedQuerySchema.parse(query);
      return { keys: TABLE_KEYS, tables: simulator.expectedRows(skId, date) };
    },
    'GET /control/chat/messages': ({ query }) => simulator.chatMessages(query.space),
    'GET /control/statistics/calls': () => simulator.statisticsCalls(),
    'GET /control/completions': () => simulator.completions(),
    'GET /control/clock': () => ({ nowMs: simulator.now() }),
    'GET /chat/messages': ({ query }) => {
      const after = Number(query.after ?? 0);
      return {
        cohorts: simulator.cohorts().map(({ space, cohortName }) => ({ space, cohortName })),
        messages: simulator.chatMessages().filter((message) => message.number > after),
        counts: simulator.state().chat,
      };
    },
  };
}

/** The control API and the page that shows Chat's messages. */
export async function startControlServer(options: {
  host: string;
  port: number;
  simulator: Controlled;
}): Promise<PartServer> {
  const routes = routesOf(options.simulator);

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://control');
    if (request.method === 'GET' && ['/', '/chat'].includes(url.pathname)) {
      return send(response, 200, 'text/html; charset=utf-8', CHAT_PAGE);
    }
    const handler = routes[`${request.method} ${url.pathname}`];
    if (handler === undefined)
      return sendJson(response, 404, { error: `no such call: ${request.method} ${url.pathname}` });
    const body = parseJson(await readBody(request, BODY_LIMIT_BYTES));
    try {
      const value = await handler({ body, query: Object.fromEntries(url.searchParams) });
      if (typeof value === 'string') return send(response, 200, 'text/csv; charset=utf-8', value);
      sendJson(response, 200, value ?? {});
    } catch (error) {
      const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
      sendJson(response, 400, { error: reason });
    }
  }

  const sendJson = (response: ServerResponse, status: number, value: unknown) =>
    send(response, status, 'application/json; charset=utf-8', JSON.stringify(value));

  function send(response: ServerResponse, status: number, type: string, body: string): void {
    response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
    response.end(body);
  }

  return startPartServer({
    host: options.host,
    port: options.port,
    onRequest: (request, response) => {
      serve(request, response).catch((error: unknown) => sendJson(response, 500, { error: String(error) }));
    },
  });
}

import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { TABLE_KEYS } from '../expected-rows';
import { knobsPatchSchema } from '../knobs';
import { inquiryDraftSchema } from '../lms/inquiry-board';
import { addRowSchema, changeRowsSchema, dropRowsSchema } from '../lms/row-changes';
import { cohortDraftSchema } from '../lms/simulated-lms';
import { createApplication, jsonOf, startSimulatedServer, type SimulatedServer } from '../simulated-server';
import type { Simulator } from '../simulator';
import { loadChatPage, type ChatPage } from './chat-page';

const cohortsRequestSchema = z.strictObject({ cohorts: z.array(cohortDraftSchema).min(1) });
const inquiryRequestSchema = inquiryDraftSchema.extend({ skId: z.string(), count: z.int().min(1).default(1) });
const dropInquiriesSchema = z.strictObject({ skId: z.string(), entryIds: z.array(z.string()) });
const passwordSchema = z.strictObject({ skId: z.string(), password: z.string() });
const oneCohortSchema = z.strictObject({ skId: z.string() });
const anyCohortSchema = z.strictObject({ skId: z.string().optional() });
const expectedQuerySchema = z.object({ skId: z.string(), date: z.iso.date() });

/** The part of the simulator that the control API offers. */
export type Controlled = Omit<Simulator, 'controlUrl' | 'chatPageUrl' | 'close'>;

type Query = Record<string, string | undefined>;
type Handler = (request: { body: unknown; query: Query }) => unknown;

/** The handler of each method and path. Most call the function of the same name of `Simulator`. */
function handlersOf(simulator: Controlled): Record<string, Handler> {
  return {
    'GET /control/knobs': () => simulator.knobs,
    'PATCH /control/knobs': async ({ body }) => {
      // setKnobs throws with the name of each wrong knob.
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

/** The control API, and the page that shows Chat's messages. */
export async function startControlServer(options: {
  host: string;
  port: number;
  simulator: Controlled;
}): Promise<SimulatedServer> {
  const application = createApplication();
  for (const [route, handler] of Object.entries(handlersOf(options.simulator))) {
    const [method = '', url = ''] = route.split(' ');
    application.route<{ Querystring: Query }>({
      method,
      url,
      async handler(request, reply) {
        const value = await handler({ body: jsonOf(request.body), query: request.query });
        return typeof value === 'string'
          ? reply.type('text/csv; charset=utf-8').send(value)
          : sendJson(reply, 200, value ?? {});
      },
    });
  }
  addChatPage(application);
  application.setNotFoundHandler((request, reply) =>
    sendJson(reply, 404, { error: `no such call: ${request.method} ${request.url}` }),
  );
  application.setErrorHandler((error, _request, reply) =>
    sendJson(reply, 400, { error: error instanceof z.ZodError ? z.prettifyError(error) : String(error) }),
  );
  return startSimulatedServer(application, options);
}

function addChatPage(application: FastifyInstance): void {
  let page: Promise<ChatPage> | undefined;
  const serve = (path: string, type: string, part: keyof ChatPage) =>
    application.get(path, async (_request, reply) => {
      // Not at the start: building it takes a moment, and most tests never ask for it.
      page ??= loadChatPage();
      return reply.type(`${type}; charset=utf-8`).send((await page)[part]);
    });
  serve('/', 'text/html', 'html');
  serve('/chat', 'text/html', 'html');
  serve('/chat/style.css', 'text/css', 'style');
  serve('/chat/page.js', 'text/javascript', 'script');
}

function sendJson(reply: FastifyReply, status: number, value: unknown): FastifyReply {
  return reply.code(status).type('application/json; charset=utf-8').send(JSON.stringify(value));
}

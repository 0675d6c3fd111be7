import { request } from 'undici';
import { listActiveCohorts, loadAccounts, loadChatSpaces } from '../../adapters/database/accounts/cohorts';
import { schemaState } from '../../adapters/database/core/migrate';
import { ServiceError } from '../../domain/shared/service-error';
import { CHECK_LMS_ID, CORE_TASK_QUEUE, LMS_TASK_QUEUE, type CheckLmsResult } from '../../workflows/contract';
import type { CliContext } from '../context';
import { countNoun } from '../output/text';
import { countPollers, noWorker } from '../workers';

const REACH_TIMEOUT_MS = 5_000;
/** Beyond the activity's own patience of a minute and the time that a standby needs to take over. */
const LMS_CHECK_TIMEOUT_MS = 120_000;

/** What one look found: a line in the end. */
export interface Finding {
  what: string;
  ok: boolean;
  /** What was found, or what is wrong and what to do. */
  words: string;
}

/** A look at one part; what it throws is a finding too. */
export interface DoctorCheck {
  what: string;
  look: (context: CliContext) => Promise<Finding[] | string>;
}

/** In the order in which one thing needs another. */
export const DOCTOR_CHECKS: readonly DoctorCheck[] = [
  { what: 'Variables', look: checkVariables },
  { what: 'Database', look: async ({ database }) => `migrated to ${await schemaState(database())}` },
  { what: 'Credentials', look: checkCredentials },
  { what: 'Temporal', look: checkNamespace },
  { what: 'Worker core', look: (context) => checkPollers(context, CORE_TASK_QUEUE, 'workflows') },
  { what: 'Worker lms', look: (context) => checkPollers(context, LMS_TASK_QUEUE, 'activities') },
  { what: 'LMS', look: checkLms },
  { what: 'Chat, alerts', look: ({ webhooks }) => reachSpace(webhooks().chat) },
  { what: 'Chat, operators', look: checkOperatorsSpace },
  { what: 'Statistics', look: checkStatistics },
];

async function checkVariables({ variableProblems }: CliContext): Promise<Finding[] | string> {
  const problems = variableProblems();
  if (problems.length === 0) return 'complete';
  return problems.map((problem) => ({ what: 'Variables', ok: false, words: `${problem}: see .env.example` }));
}

/** With this command's key; the worker's own is tried by the check of the LMS. */
async function checkCredentials(context: CliContext): Promise<Finding[] | string> {
  const box = context.secretBox();
  const database = context.database();
  const skIds = (await listActiveCohorts(database)).map(({ skId }) => skId);
  const loaded = [await loadAccounts(database, box, skIds), await loadChatSpaces(database, box, skIds)];
  const unreadable = loaded.flatMap((results) => [...results.values()].filter((each) => each instanceof ServiceError));
  if (unreadable.length === 0) return `${countNoun(skIds.length, 'active cohort')} can be read`;
  return unreadable.map(({ message }) => ({ what: 'Credentials', ok: false, words: message }));
}

async function checkNamespace({ temporal }: CliContext): Promise<string> {
  const { connection, namespace, address } = await temporal();
  await connection.workflowService.describeNamespace({ namespace });
  return `${address}, namespace ${namespace}`;
}

async function checkPollers(context: CliContext, queue: string, kind: 'workflows' | 'activities'): Promise<string> {
  const count = await countPollers(await context.temporal(), queue, kind, context.now());
  if (count === 0) throw noWorker();
  return `${countNoun(count, 'worker')} on ${queue}`;
}

/** By the worker that may talk to the LMS: a line for each cohort. */
async function checkLms(context: CliContext): Promise<Finding[] | string> {
  const temporal = await context.temporal();
  if ((await countPollers(temporal, CORE_TASK_QUEUE, 'workflows', context.now())) === 0) throw noWorker();
  const handle = await temporal.client.workflow.start('checkLms', {
    workflowId: CHECK_LMS_ID,
    taskQueue: CORE_TASK_QUEUE,
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowExecutionTimeout: LMS_CHECK_TIMEOUT_MS,
    staticSummary: 'openeg doctor asks the LMS',
  });
  const result = (await handle.result().catch(() => ({ cohorts: null }))) as CheckLmsResult;
  if (result.cohorts === null) throw noWorker();
  if (result.cohorts.length === 0) return 'no active cohort to ask it for; "openeg cohorts import FILE" adds them';
  return result.cohorts.map(({ skId, ok, code, message }) => ({
    what: `LMS ${skId}`,
    ok,
    words: ok ? 'answers' : `${code}: ${message}`,
  }));
}

async function checkOperatorsSpace({ webhooks }: CliContext): Promise<string> {
  const { operators } = webhooks();
  return operators === undefined ? "the alerts' space" : reachSpace(operators);
}

async function checkStatistics({ webhooks }: CliContext): Promise<string> {
  const { statistics } = webhooks();
  return statistics === undefined ? 'turned off' : reach(statistics);
}

async function reachSpace(url: string): Promise<string> {
  const { hostname, pathname, searchParams } = new URL(url);
  const complete =
    searchParams.has('key') && searchParams.has('token') && /^\/v1\/spaces\/[^/]+\/messages$/.test(pathname);
  if (hostname === 'chat.googleapis.com' && !complete) {
    throw new ServiceError(
      'CONFIG_INVALID',
      'is no webhook of Google Chat: copy it whole from the settings of the space.',
    );
  }
  return reach(url);
}

/**
 * Whether somebody answers there, whatever the answer: a GET posts nothing and triggers nothing, and goes to the
 * host alone, for path and query are secrets that only a real call should spend.
 */
async function reach(url: string): Promise<string> {
  const { origin } = new URL(url);
  try {
    const { statusCode, body } = await request(origin, { signal: AbortSignal.timeout(REACH_TIMEOUT_MS) });
    await body.dump();
    if (statusCode < 500) return `${origin} answers`;
    throw new ServiceError('UNEXPECTED', `${origin} answers HTTP ${statusCode}: see whether the server is well.`);
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    throw new ServiceError('UNEXPECTED', `${origin} can't be reached: check the variable, the network and the server.`);
  }
}

import { request } from 'undici';
import { listActiveCohorts, loadAccounts, loadChatSpaces } from '../../adapters/database/accounts/cohorts';
import { schemaState } from '../../adapters/database/core/migrate';
import { isChatWebhook } from '../../domain/alerts/chat-webhook';
import { ServiceError } from '../../domain/shared/service-error';
import { checkLmsByWorker } from '../../temporal/start-workflows';
import { noWorker } from '../../temporal/temporal-error';
import { CORE_TASK_QUEUE, LMS_TASK_QUEUE } from '../../workflows/contract';
import type { CliContext } from '../context';
import { describeForOperator } from '../output/errors';
import { countNoun } from '../output/text';
import { countPollers } from '../workers';

const REACH_TIMEOUT_MS = 5_000;

/** A line of the output. */
export interface Finding {
  part: string;
  isOk: boolean;
  /** The finding, or the problem and the remedy. */
  sentence: string;
}

export interface DoctorCheck {
  part: string;
  /** Answers a sentence when the part is well. An error that it throws is a finding too. */
  examine: (context: CliContext) => Promise<Finding[] | string>;
}

/** A part comes after the parts that it needs. */
export const DOCTOR_CHECKS: readonly DoctorCheck[] = [
  { part: 'Variables', examine: checkVariables },
  { part: 'Database', examine: async ({ database }) => `migrated to ${await schemaState(database())}` },
  { part: 'Credentials', examine: checkCredentials },
  { part: 'Temporal', examine: checkNamespace },
  { part: 'Worker core', examine: (context) => checkPollers(context, CORE_TASK_QUEUE, 'workflows') },
  { part: 'Worker lms', examine: (context) => checkPollers(context, LMS_TASK_QUEUE, 'activities') },
  { part: 'LMS', examine: checkLms },
  { part: 'Chat, alerts', examine: ({ webhooks }) => reachSpace(webhooks().chat) },
  { part: 'Chat, operators', examine: checkOperatorsSpace },
  { part: 'Chat, cohorts', examine: checkCohortSpaces },
  { part: 'Statistics', examine: checkStatistics },
];

async function checkVariables({ variableProblems }: CliContext): Promise<Finding[] | string> {
  const problems = variableProblems();
  if (problems.length === 0) return 'complete';
  return problems.map((problem) => ({ part: 'Variables', isOk: false, sentence: `${problem}: see .env.example` }));
}

/** Uses this command's key. The check of the LMS uses the worker's. */
async function checkCredentials(context: CliContext): Promise<Finding[] | string> {
  const box = context.secretBox();
  const database = context.database();
  const skIds = (await listActiveCohorts(database)).map(({ skId }) => skId);
  const loaded = [await loadAccounts(database, box, skIds), await loadChatSpaces(database, box, skIds)];
  const unreadable = loaded.flatMap((results) => [...results.values()].filter((each) => each instanceof ServiceError));
  if (unreadable.length === 0) return `${countNoun(skIds.length, 'active cohort')} can be read`;
  return unreadable.map(({ message }) => ({ part: 'Credentials', isOk: false, sentence: message }));
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

/** The worker that has the lease on the LMS asks it, once for each cohort. */
async function checkLms(context: CliContext): Promise<Finding[] | string> {
  const temporal = await context.temporal();
  if ((await countPollers(temporal, CORE_TASK_QUEUE, 'workflows', context.now())) === 0) throw noWorker();
  const result = await checkLmsByWorker(temporal.client);
  if (result.cohorts === null) throw noWorker();
  if (result.cohorts.length === 0) return 'no active cohort to ask it for; "openeg cohorts import FILE" adds them';
  return result.cohorts.map(({ skId, ok, code, message }) => ({
    part: `LMS ${skId}`,
    isOk: ok,
    sentence: ok ? 'answers' : `${code}: ${message}`,
  }));
}

async function checkOperatorsSpace({ webhooks }: CliContext): Promise<string> {
  const { operators } = webhooks();
  return operators === undefined ? "the alerts' space" : reachSpace(operators);
}

/** Asks each host once, however many cohorts have a space there. A webhook that can't be decrypted is a finding of `Credentials`. */
async function checkCohortSpaces(context: CliContext): Promise<Finding[] | string> {
  const database = context.database();
  const skIds = (await listActiveCohorts(database)).map(({ skId }) => skId);
  const spaces = [...(await loadChatSpaces(database, context.secretBox(), skIds))].flatMap(([skId, space]) =>
    space instanceof ServiceError || space.webhookUrl === null ? [] : [{ skId, url: space.webhookUrl }],
  );
  if (spaces.length === 0) return 'none has its own space';
  const reached = new Map<string, Promise<string>>();
  const findings = await Promise.all(
    spaces.map(async ({ skId, url }): Promise<Finding[]> => {
      try {
        if (!isChatWebhook(url)) throw noWebhook();
        const { origin } = new URL(url);
        if (!reached.has(origin)) reached.set(origin, reach(url));
        await reached.get(origin);
        return [];
      } catch (error) {
        return [{ part: `Chat ${skId}`, isOk: false, sentence: describeForOperator(error) }];
      }
    }),
  );
  const failed = findings.flat();
  return failed.length > 0 ? failed : `${countNoun(spaces.length, 'own space')} can be reached`;
}

async function checkStatistics({ webhooks }: CliContext): Promise<string> {
  const { statistics } = webhooks();
  return statistics === undefined ? 'turned off' : reach(statistics);
}

async function reachSpace(url: string): Promise<string> {
  if (!isChatWebhook(url)) throw noWebhook();
  return reach(url);
}

function noWebhook(): ServiceError {
  return new ServiceError(
    'CONFIG_INVALID',
    'This is no webhook of Google Chat: copy it whole from the settings of the space.',
  );
}

/**
 * Asks the host alone, by a GET: path and query of the address are secrets, and a POST would send a message or a trigger.
 * Any answer below 500 is enough.
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

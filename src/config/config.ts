import { loadClientConnectConfig, type ClientConnectConfig } from '@temporalio/envconfig';
import { z } from 'zod';
import { ServiceError } from '../domain/shared/service-error';

const text = z.string();
const wholeNumber = (minimum: number, maximum: number) => {
  const expected = `must be a whole number from ${minimum} to ${maximum}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, expected)
    .transform(Number)
    .pipe(z.number().min(minimum, expected).max(maximum, expected));
};
const port = wholeNumber(0, 65_535);
const url = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });
const flag = z
  .string()
  .toLowerCase()
  .pipe(z.enum(['true', 'false', '1', '0'], 'must be True or False'))
  .transform((value) => value === 'true' || value === '1');
/** The form is checked first, because Node's base64 decoder skips letters that it does not know. */
const encryptionKey = z
  .string()
  .regex(/^[A-Za-z0-9+/]{43}=$/, 'must be 32 bytes in base64: openssl rand -base64 32')
  .transform((value) => Buffer.from(value, 'base64'));
const origins = z
  .string()
  .transform((list) =>
    list
      .split(',')
      .map((origin) => origin.trim())
      .filter((origin) => origin !== ''),
  )
  .refine(
    (list) => list.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin),
    'must be origins like https://lms.example.com, separated by commas',
  );
const playbackRate = z
  .string()
  .regex(/^\d{1,2}(\.\d{1,6})?$/, 'must be a number from 1 to 16')
  .transform(Number)
  .pipe(z.number().min(1, 'must be at least 1').max(16, 'must be at most 16'));

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/**
 * Every variable of the service (contract section 4). Tests hold `.env.example`, the manifests and the docs to these keys.
 * A process reads only the variables that it lists: a new one also stands in `WORKER_VARIABLES`
 * (src/processes/worker-parts.ts), in `SERVER_VARIABLES` (src/server.ts), or in the command that uses it.
 */
const variables = {
  OPENEG_YOS_DB_HOST: text,
  OPENEG_YOS_DB_PORT: port.default(3306),
  OPENEG_YOS_DB_USER: text,
  OPENEG_YOS_DB_PASS: text,
  OPENEG_YOS_DB_NAME: text.default('openeg'),
  OPENEG_LMS_BASE_URL: url,
  OPENEG_CHAT_WEBHOOK_URL: url,
  OPENEG_STATISTICS_WEBHOOK_URL: url.optional(),
  OPENEG_SLEEP_TIME: wholeNumber(1, 86_400).default(60),
  OPENEG_MAX_CONCURRENT_REQUESTS: wholeNumber(1, 15).default(15),
  OPENEG_VOD_LOG_ENABLED: flag.default(true),
  OPENEG_COLLECTION_TIME: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time like 02:00')
    .default('02:00'),
  OPENEG_CREDENTIALS_KEY: encryptionKey,
  OPENEG_CREDENTIALS_KEY_OLD: encryptionKey.optional(),
  OPENEG_PROGRESS_JWT_SECRET: text,
  OPENEG_PROGRESS_ALLOWED_ORIGINS: origins.default([]),
  OPENEG_PROGRESS_MAX_PLAYBACK_RATE: playbackRate.default(2),
  OPENEG_OPS_WEBHOOK_URL: url.optional(),
  OPENEG_RETENTION_DAYS: wholeNumber(1, 36_500).optional(),
  OPENEG_HTTP_HOST: text.default('127.0.0.1'),
  OPENEG_HTTP_PORT: port.default(8080),
  OPENEG_METRICS_HOST: text.default('127.0.0.1'),
  OPENEG_METRICS_PORT: port.default(9464),
  OPENEG_LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('info'),
};

const schema = z.object(variables);

export type Variable = keyof typeof variables;
export const VARIABLES = Object.keys(variables) as Variable[];
export type Config<Name extends Variable> = Pick<z.output<typeof schema>, Name>;

/** Read by the environment configuration of Temporal's SDK: `TEMPORAL_…`, or its file. */
export interface TemporalConfig {
  address: string;
  namespace: string;
  connectionOptions: ClientConnectConfig['connectionOptions'];
}

/** `whole` validates every variable that is set, also those of other processes. `named` validates the named ones alone. */
export type ConfigScope = 'whole' | 'named';

/**
 * Reads the named variables. Those without a default are required. Of the others none that is set may be wrong, so that
 * an operator learns of every mistake from the first process that starts.
 *
 * White space around a value is dropped, and an empty value counts as not set, because compose files and manifests pass
 * empty strings along. Only a database password is taken as it is. Temporal's variables are read by
 * `readConfigWithTemporal` alone: they may name files that other processes do not have.
 * @throws ServiceError CONFIG_INVALID that names every wrong variable in one sentence, without the values
 */
export function readConfig<Name extends Variable>(
  names: readonly Name[],
  environment: NodeJS.ProcessEnv = process.env,
  scope: ConfigScope = 'whole',
): Config<Name> {
  const { values, problems } = parseVariables(names, environment, scope);
  if (problems.length > 0) throw wrongConfiguration(problems);
  return values;
}

/** Like `readConfig`, with the connection to Temporal. One error names what is wrong with either. */
export function readConfigWithTemporal<Name extends Variable>(
  names: readonly Name[],
  environment: NodeJS.ProcessEnv = process.env,
  scope: ConfigScope = 'whole',
): Config<Name> & { temporal: TemporalConfig } {
  const { values, problems } = parseVariables(names, environment, scope);
  const temporal = parseTemporal(environment);
  if (typeof temporal === 'string') throw wrongConfiguration([...problems, temporal]);
  if (problems.length > 0) throw wrongConfiguration(problems);
  return { ...values, temporal };
}

/** A sentence for each wrong variable of any process, Temporal's included. */
export function listConfigProblems(environment: NodeJS.ProcessEnv = process.env): string[] {
  const { problems } = parseVariables(VARIABLES, environment, 'named');
  const temporal = parseTemporal(environment);
  return typeof temporal === 'string' ? [...problems, temporal] : problems;
}

function parseVariables<Name extends Variable>(
  names: readonly Name[],
  environment: NodeJS.ProcessEnv,
  scope: ConfigScope,
): { values: Config<Name>; problems: string[] } {
  const problems: string[] = [];
  const parse = (name: Variable) => {
    const given = givenValue(name, environment);
    const parsed = variables[name].safeParse(given);
    if (!parsed.success) {
      const reasons = given === undefined ? ['is required'] : parsed.error.issues.map((issue) => issue.message);
      problems.push(`${name} ${reasons.join(', ')}`);
    }
    return [name, parsed.data] as const;
  };
  const values = Object.fromEntries(names.map(parse)) as Config<Name>;
  if (scope === 'whole') {
    const named = new Set<Variable>(names);
    for (const name of VARIABLES) if (!named.has(name) && givenValue(name, environment) !== undefined) parse(name);
  }
  return { values, problems };
}

/** Sets variables; those that are set already win (contract section 8). */
export function setMissingVariables(
  given: Readonly<Record<string, string>>,
  environment: NodeJS.ProcessEnv = process.env,
): void {
  for (const [name, value] of Object.entries(given)) {
    if (givenValue(name, environment) === undefined) environment[name] = value;
  }
}

/** Undefined where the variable counts as not set. */
function givenValue(name: string, environment: NodeJS.ProcessEnv): string | undefined {
  const raw = environment[name];
  if (name === 'OPENEG_YOS_DB_PASS') return raw;
  const trimmed = raw?.trim();
  return trimmed === '' ? undefined : trimmed;
}

/** A sentence when something is wrong: the SDK's messages name variables and paths, never keys or certificates. */
function parseTemporal(environment: NodeJS.ProcessEnv): TemporalConfig | string {
  const given = Object.entries(environment).flatMap(([name, value]) =>
    value === undefined || (name.startsWith('TEMPORAL_') && value.trim() === '') ? [] : [[name, value] as const],
  );
  try {
    const { connectionOptions, namespace } = loadClientConnectConfig({ overrideEnvVars: Object.fromEntries(given) });
    const address = connectionOptions.address ?? 'localhost:7233';
    return { address, namespace: namespace ?? 'default', connectionOptions: { ...connectionOptions, address } };
  } catch (error) {
    return `TEMPORAL_… ${(error as Error).message}`;
  }
}

function wrongConfiguration(problems: readonly string[]): ServiceError {
  return new ServiceError('CONFIG_INVALID', `Wrong configuration: ${problems.join('; ')}. See .env.example.`);
}

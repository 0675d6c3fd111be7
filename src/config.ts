import { z } from 'zod';
import { describeIssues } from './domain/describe-issues';
import { ServiceError } from './domain/service-error';

/** How `.env.example`, the manifests and the docs name a variable is held against the keys of this schema by tests. */
const text = z.string().trim().min(1, 'is required');
const port = z.coerce.number('must be a port').int('must be a port').min(0).max(65_535);
const url = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });
const optionalUrl = z.union([z.literal(''), url]).transform((value) => (value === '' ? undefined : value));
const wholeNumber = (minimum: number, maximum: number) =>
  z.coerce
    .number(`must be a whole number from ${minimum} to ${maximum}`)
    .int(`must be a whole number from ${minimum} to ${maximum}`)
    .min(minimum, `must be at least ${minimum}`)
    .max(maximum, `must be at most ${maximum}`);
const flag = z
  .string()
  .toLowerCase()
  .pipe(z.enum(['true', 'false', '1', '0'], 'must be True or False'))
  .transform((value) => value === 'true' || value === '1');
const encryptionKey = z
  .string()
  .transform((value) => Buffer.from(value, 'base64'))
  .refine((key) => key.length === 32, 'must be 32 bytes in base64: openssl rand -base64 32');

const variables = {
  OPENEG_YOS_DB_HOST: text,
  OPENEG_YOS_DB_PORT: port.default(3306),
  OPENEG_YOS_DB_USER: text,
  OPENEG_YOS_DB_PASS: z.string(),
  OPENEG_YOS_DB_NAME: text.default('openeg'),
  OPENEG_LMS_BASE_URL: url,
  OPENEG_CHAT_WEBHOOK_URL: url,
  OPENEG_STATISTICS_WEBHOOK_URL: optionalUrl.optional(),
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
  OPENEG_PROGRESS_ALLOWED_ORIGINS: z
    .string()
    .default('')
    .transform((list) =>
      list
        .split(',')
        .map((origin) => origin.trim())
        .filter((origin) => origin !== ''),
    )
    .pipe(
      z.array(
        z
          .string()
          .refine(
            (origin) => URL.canParse(origin) && new URL(origin).origin === origin,
            'must be origins like https://lms.example.com',
          ),
      ),
    ),
  OPENEG_PROGRESS_MAX_PLAYBACK_RATE: z.coerce.number('must be a number from 1 to 16').min(1).max(16).default(2),
  OPENEG_OPS_WEBHOOK_URL: optionalUrl.optional(),
  OPENEG_RETENTION_DAYS: wholeNumber(1, 36_500).optional(),
  OPENEG_HTTP_HOST: text.default('127.0.0.1'),
  OPENEG_HTTP_PORT: port.default(8080),
  OPENEG_METRICS_HOST: text.default('127.0.0.1'),
  OPENEG_METRICS_PORT: port.default(9464),
  OPENEG_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
};

const schema = z.object(variables);

export type Variable = keyof typeof variables;
export const VARIABLES = Object.keys(variables) as Variable[];
export type Config<Name extends Variable> = Pick<z.output<typeof schema>, Name>;

/**
 * Reads the named variables. An empty one counts as not set (compose and manifests pass empty strings along).
 * @throws ServiceError CONFIG_INVALID with every wrong variable in one sentence, values left out
 */
export function readConfig<Name extends Variable>(
  names: readonly Name[],
  environment: NodeJS.ProcessEnv = process.env,
): Config<Name> {
  const mask = Object.fromEntries(names.map((name) => [name, true])) as Record<Name, true>;
  const given = Object.fromEntries(
    names.map((name) => [
      name,
      environment[name] === '' && name !== 'OPENEG_YOS_DB_PASS' ? undefined : environment[name],
    ]),
  );
  const result = schema.pick(mask as never).safeParse(given, {
    error: (issue) => (issue.input === undefined ? 'is required' : undefined),
  });
  if (!result.success) {
    throw new ServiceError('CONFIG_INVALID', `Wrong configuration. ${describeIssues(result.error)}. See .env.example.`);
  }
  return result.data as unknown as Config<Name>;
}

import { readConfig, readConfigWithTemporal, setMissingVariables, VARIABLES } from '../../../src/config/config';
import { ServiceError } from '../../../src/domain/shared/service-error';

const KEY = Buffer.alloc(32, 7).toString('base64');

function refusal(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(ServiceError);
    expect((error as ServiceError).code).toBe('CONFIG_INVALID');
    return (error as ServiceError).message;
  }
  throw new Error('was accepted');
}

describe('readConfig', () => {
  it('gives the defaults of the contract', () => {
    const withDefaults = VARIABLES.filter((name) => refusalOf(name, {}) === undefined);
    expect(readConfig(withDefaults, {})).toEqual({
      OPENEG_YOS_DB_PORT: 3306,
      OPENEG_YOS_DB_NAME: 'openeg',
      OPENEG_STATISTICS_WEBHOOK_URL: undefined,
      OPENEG_SLEEP_TIME: 60,
      OPENEG_MAX_CONCURRENT_REQUESTS: 15,
      OPENEG_VOD_LOG_ENABLED: true,
      OPENEG_COLLECTION_TIME: '02:00',
      OPENEG_CREDENTIALS_KEY_OLD: undefined,
      OPENEG_PROGRESS_ALLOWED_ORIGINS: [],
      OPENEG_PROGRESS_MAX_PLAYBACK_RATE: 2,
      OPENEG_OPS_WEBHOOK_URL: undefined,
      OPENEG_RETENTION_DAYS: undefined,
      OPENEG_HTTP_HOST: '127.0.0.1',
      OPENEG_HTTP_PORT: 8080,
      OPENEG_METRICS_HOST: '127.0.0.1',
      OPENEG_METRICS_PORT: 9464,
      OPENEG_LOG_LEVEL: 'info',
    });
  });

  it('names every variable that is missing, empty or white space', () => {
    const message = refusal(() =>
      readConfig(['OPENEG_YOS_DB_HOST', 'OPENEG_LMS_BASE_URL', 'OPENEG_CREDENTIALS_KEY', 'OPENEG_YOS_DB_PASS'], {
        OPENEG_LMS_BASE_URL: '',
        OPENEG_CREDENTIALS_KEY: '  \n',
      }),
    );
    expect(message).toBe(
      'Wrong configuration: OPENEG_YOS_DB_HOST is required; OPENEG_LMS_BASE_URL is required; ' +
        'OPENEG_CREDENTIALS_KEY is required; OPENEG_YOS_DB_PASS is required. See .env.example.',
    );
  });

  it('names every variable that is set wrong, also those of other processes, but requires none of these', () => {
    const environment = { OPENEG_SLEEP_TIME: 'often', OPENEG_HTTP_PORT: 'many', OPENEG_CREDENTIALS_KEY: '' };
    expect(refusal(() => readConfig(['OPENEG_YOS_DB_HOST', 'OPENEG_HTTP_PORT'], environment))).toMatch(
      /: OPENEG_YOS_DB_HOST is required; OPENEG_HTTP_PORT must be [^;]*; OPENEG_SLEEP_TIME must be [^;]*$/,
    );
    expect(refusal(() => readConfigWithTemporal([], environment))).toMatch(/OPENEG_SLEEP_TIME must be/);
  });

  it('validates the named variables alone with the scope `named`', () => {
    const environment = { OPENEG_YOS_DB_HOST: 'db', OPENEG_SLEEP_TIME: 'often' };
    expect(readConfig(['OPENEG_YOS_DB_HOST'], environment, 'named')).toEqual({ OPENEG_YOS_DB_HOST: 'db' });
    expect(readConfigWithTemporal([], environment, 'named')).toMatchObject({ temporal: { namespace: 'default' } });
  });

  it('drops white space around values, but leaves a password as it is', () => {
    const config = readConfig(['OPENEG_SLEEP_TIME', 'OPENEG_LMS_BASE_URL', 'OPENEG_YOS_DB_PASS'], {
      OPENEG_SLEEP_TIME: ' 30\n',
      OPENEG_LMS_BASE_URL: ' http://lms.example.com/base ',
      OPENEG_YOS_DB_PASS: ' ',
    });
    expect(config).toEqual({
      OPENEG_SLEEP_TIME: 30,
      OPENEG_LMS_BASE_URL: 'http://lms.example.com/base',
      OPENEG_YOS_DB_PASS: ' ',
    });
  });

  it.each([
    ['OPENEG_YOS_DB_PORT', ['65536', '-1', '0x10', '1e3', '33 06', 'abc']],
    ['OPENEG_SLEEP_TIME', ['0', '86401', '1.5']],
    ['OPENEG_MAX_CONCURRENT_REQUESTS', ['0', '16']],
    ['OPENEG_VOD_LOG_ENABLED', ['yes', '2']],
    ['OPENEG_COLLECTION_TIME', ['24:00', '2:00', '02:60', '02:00:00']],
    ['OPENEG_CREDENTIALS_KEY', [KEY.slice(0, -1), `${KEY.slice(0, -2)}!=`, Buffer.alloc(31).toString('base64')]],
    ['OPENEG_LMS_BASE_URL', ['lms.example.com', 'ftp://lms.example.com', '/path']],
    ['OPENEG_PROGRESS_ALLOWED_ORIGINS', ['lms.example.com', 'https://lms.example.com/path', 'https://a.example,x']],
    ['OPENEG_PROGRESS_MAX_PLAYBACK_RATE', ['0.5', '17', 'fast', '1e1']],
    ['OPENEG_LOG_LEVEL', ['loud']],
  ] as const)('refuses wrong values of %s without quoting them', (name, values) => {
    for (const value of values) {
      const message = refusalOf(name, { [name]: value });
      expect([value, message]).toEqual([value, expect.stringContaining(`${name} must be`)]);
      expect(message?.replace(name, '')).not.toContain(` ${value}`);
    }
  });

  it.each([
    ['OPENEG_VOD_LOG_ENABLED', 'FALSE', false],
    ['OPENEG_VOD_LOG_ENABLED', '1', true],
    ['OPENEG_COLLECTION_TIME', '23:59', '23:59'],
    ['OPENEG_PROGRESS_MAX_PLAYBACK_RATE', '1.75', 1.75],
    [
      'OPENEG_PROGRESS_ALLOWED_ORIGINS',
      'https://a.example, http://b.example:8080,',
      ['https://a.example', 'http://b.example:8080'],
    ],
    ['OPENEG_CREDENTIALS_KEY', KEY, Buffer.alloc(32, 7)],
    ['OPENEG_METRICS_PORT', '0', 0],
  ] as const)('reads %s=%s', (name, value, expected) => {
    expect(readConfig([name], { [name]: value })).toEqual({ [name]: expected });
  });
});

describe('readConfigWithTemporal', () => {
  it('connects to a local server when nothing is set, and counts empty variables as not set', () => {
    expect(readConfigWithTemporal([], { TEMPORAL_API_KEY: '', TEMPORAL_TLS: ' ' }).temporal).toEqual({
      address: 'localhost:7233',
      namespace: 'default',
      connectionOptions: { address: 'localhost:7233', apiKey: undefined, tls: undefined, metadata: undefined },
    });
  });

  it('turns TLS on for an API key', () => {
    const { temporal } = readConfigWithTemporal([], {
      TEMPORAL_ADDRESS: 'temporal.example.com:7233',
      TEMPORAL_NAMESPACE: 'openeg',
      TEMPORAL_API_KEY: 'key',
    });
    expect(temporal.namespace).toBe('openeg');
    expect(temporal.connectionOptions).toMatchObject({ address: 'temporal.example.com:7233', tls: true });
  });

  it('names wrong variables of Temporal together with the others', () => {
    const message = refusal(() =>
      readConfigWithTemporal(['OPENEG_SLEEP_TIME'], {
        OPENEG_SLEEP_TIME: 'often',
        TEMPORAL_TLS_CLIENT_CERT_PATH: '/does/not/exist.pem',
      }),
    );
    expect(message).toMatch(/OPENEG_SLEEP_TIME must be .*; TEMPORAL_… .*\/does\/not\/exist\.pem/);
  });
});

function refusalOf(name: (typeof VARIABLES)[number], environment: NodeJS.ProcessEnv): string | undefined {
  try {
    readConfig([name], environment);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

it('sets variables that are not set, or are empty', () => {
  const environment: NodeJS.ProcessEnv = { OPENEG_SLEEP_TIME: '90', TEMPORAL_ADDRESS: ' ', OPENEG_YOS_DB_PASS: '' };
  const given = { OPENEG_YOS_DB_HOST: 'db', OPENEG_SLEEP_TIME: '30', TEMPORAL_ADDRESS: 't:7233' };
  setMissingVariables({ ...given, OPENEG_YOS_DB_PASS: 'other' }, environment);
  expect(environment).toEqual({ ...given, OPENEG_SLEEP_TIME: '90', OPENEG_YOS_DB_PASS: '' });
});

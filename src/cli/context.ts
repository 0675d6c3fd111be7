import type { Database } from '../adapters/database/core/database';
import type { SecretBox } from '../adapters/secret-box';
import type { TemporalSession } from '../temporal/connection';
import type { Printer } from './output/printer';

/** The part of the session that commands use. The CLI closes it itself. */
export type CliTemporal = Omit<TemporalSession, 'close'>;

/**
 * The parts that commands work with. Each reads its variables when a command asks for it, so that a command requires only
 * the configuration that it uses. All of them throw ServiceError CONFIG_INVALID, also where a variable of another part
 * is wrong. Whatever was opened is closed when the command ends.
 */
export interface CliContext {
  printer: Printer;
  /** Of the package. */
  version: string;
  /** The time by this machine's clock. Tests have clocks of their own. */
  now: () => Date;
  /** Sets variables of the environment, except those that are set already. */
  setMissingVariables: (variables: Readonly<Record<string, string>>) => void;
  database: () => Database;
  secretBox: () => SecretBox;
  /** @throws ServiceError TEMPORAL_UNAVAILABLE too */
  temporal: () => Promise<CliTemporal>;
  /** The fastest playback that earns credit. */
  maxPlaybackRate: () => number;
  /** `HH:MM` in Asia/Seoul. A worker's value counts where one is there. */
  collectionTime: () => string;
  /** From now on a part fails for its own variables alone: `doctor` lists the wrong ones itself and goes on. */
  validateOnlyNamedVariables: () => void;
  /** A sentence for each wrong variable of worker and server. */
  variableProblems: () => string[];
  /** Undefined where an address is not configured. All are secrets. */
  webhooks: () => { chat: string; operators: string | undefined; statistics: string | undefined };
  /** Runs the worker in this process, and ends by exiting. */
  runWorker: (roles: readonly string[]) => Promise<never>;
  /** Runs the HTTP server in this process, and ends by exiting. */
  runServer: () => Promise<never>;
}

#!/usr/bin/env -S node --
import { CommanderError } from 'commander';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase, type Database } from './adapters/database/core/database';
import { createSecretBox } from './adapters/secret-box';
import type { CliContext } from './cli/context';
import { describeForOperator, exitCodeOf } from './cli/output/errors';
import { createPrinter, handleOutputFailures } from './cli/output/printer';
import { createProgram } from './cli/program';
import {
  listConfigProblems,
  readConfig,
  readConfigWithTemporal,
  setMissingVariables,
  type Config,
  type ConfigScope,
  type Variable,
} from './config/config';
import { DATABASE_VARIABLES, databaseOptions } from './config/database-options';
import { EXIT_CODES } from './domain/operations/exit-codes';
import { connectTemporal, type TemporalSession } from './temporal/connection';
import { translateTemporalError } from './temporal/temporal-error';

/** Most commands run one statement after the other; the import and `status` run a few at once. */
const DATABASE_CONNECTIONS = 4;

async function main(): Promise<void> {
  const printer = createPrinter(process.stdout, process.stderr);
  const opened: { close(): Promise<void> }[] = [];
  handleOutputFailures(process.stdout, process.stderr, (sentence) => {
    printer.note(sentence);
    process.exitCode = EXIT_CODES.failed;
  });
  try {
    await createProgram(createContext(printer, opened)).parseAsync(process.argv);
  } catch (failure) {
    const error = translateTemporalError(failure);
    // Commander has printed its errors, its help and the version itself.
    if (!(error instanceof CommanderError)) printer.note(describeForOperator(error));
    // Help ends with 0, which must not hide that it could not be written.
    process.exitCode = exitCodeOf(error) || process.exitCode;
  } finally {
    await Promise.all(opened.map((each) => each.close()));
  }
}

function createContext(printer: CliContext['printer'], opened: { close(): Promise<void> }[]): CliContext {
  let database: Database | undefined;
  let temporal: Promise<TemporalSession> | undefined;
  let scope: ConfigScope = 'whole';
  const read = <Name extends Variable>(names: readonly Name[]): Config<Name> => readConfig(names, undefined, scope);
  const keep = <Part extends { close(): Promise<void> }>(part: Part): Part => {
    opened.push(part);
    return part;
  };
  return {
    printer,
    version: packageVersion(),
    setMissingVariables,
    now: () => new Date(),
    database: () => (database ??= keep(openDatabase(databaseOptions(read(DATABASE_VARIABLES), DATABASE_CONNECTIONS)))),
    secretBox: () => {
      const keys = read(['OPENEG_CREDENTIALS_KEY', 'OPENEG_CREDENTIALS_KEY_OLD']);
      return createSecretBox(keys.OPENEG_CREDENTIALS_KEY, keys.OPENEG_CREDENTIALS_KEY_OLD);
    },
    temporal: () => (temporal ??= connectTemporal(readConfigWithTemporal([], undefined, scope).temporal).then(keep)),
    maxPlaybackRate: () => read(['OPENEG_PROGRESS_MAX_PLAYBACK_RATE']).OPENEG_PROGRESS_MAX_PLAYBACK_RATE,
    collectionTime: () => read(['OPENEG_COLLECTION_TIME']).OPENEG_COLLECTION_TIME,
    validateOnlyNamedVariables: () => {
      scope = 'named';
    },
    variableProblems: listConfigProblems,
    webhooks: () => {
      const config = read(['OPENEG_CHAT_WEBHOOK_URL', 'OPENEG_OPS_WEBHOOK_URL', 'OPENEG_STATISTICS_WEBHOOK_URL']);
      return {
        chat: config.OPENEG_CHAT_WEBHOOK_URL,
        operators: config.OPENEG_OPS_WEBHOOK_URL,
        statistics: config.OPENEG_STATISTICS_WEBHOOK_URL,
      };
    },
    // Imported only when they are run: a worker loads the native part of Temporal's SDK, which takes a second.
    runWorker: async (roles) => (await import('./worker.js')).main(roles),
    runServer: async () => (await import('./server.js')).main(),
  };
}

/** `package.json` stands beside dist/, in the repository as in the image. */
function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(__dirname, '..', 'package.json'), 'utf8')) as { version: string };
  return version;
}

void main();

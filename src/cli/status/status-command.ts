import type { Command } from 'commander';
import { ServiceError } from '../../domain/shared/service-error';
import type { CliContext } from '../context';
import { translateTemporalError } from '../../temporal/temporal-error';
import { gatherDatabaseStatus, type DatabaseStatus } from './database-status';
import { gatherTemporalStatus, type TemporalStatus } from './temporal-status';
import { printStatus } from './print-status';
import type { ServiceStatus } from './service-status';

const NO_TEMPORAL: TemporalStatus = {
  monitor: null,
  schedule: null,
  collections: null,
  reruns: null,
  workers: null,
};
const NO_DATABASE: DatabaseStatus = {
  alerts: null,
  cohorts: null,
  lastNight: null,
  statistics: null,
  completions: null,
  incidents: null,
  lmsLease: null,
};

/** `openeg status [--json]` (contract section 8). */
export function addStatusCommand(program: Command, context: CliContext): void {
  program
    .command('status')
    .description('what runs, what ran last night, what failed and why, what waits')
    .option('--json', 'the same for programs, on stdout alone')
    .action((options: { json?: boolean }) => showStatus(context, options.json === true));
}

async function showStatus(context: CliContext, asJson: boolean): Promise<void> {
  const status = await gatherStatus(context);
  if (asJson) context.printer.json(status);
  else printStatus(status, context.printer);
  const { database, temporal } = status.unreachable;
  if (database !== null) throw new ServiceError('DATABASE_UNAVAILABLE', database);
  if (temporal !== null) throw new ServiceError('TEMPORAL_UNAVAILABLE', temporal);
}

async function gatherStatus(context: CliContext): Promise<ServiceStatus> {
  const now = context.now();
  const ownTime = context.collectionTime();
  const temporal = await unlessUnreachable(NO_TEMPORAL, async () =>
    gatherTemporalStatus(await context.temporal(), now),
  );
  const collectionTime = temporal.part.schedule?.time ?? ownTime;
  const database = await unlessUnreachable(NO_DATABASE, () => gatherDatabaseStatus(context.database(), collectionTime));
  return {
    at: now.toISOString(),
    unreachable: { database: database.problem, temporal: temporal.problem },
    ...temporal.part,
    ...database.part,
  };
}

/** Each part is shown without the other: Temporal's without the database, the database's without Temporal. */
async function unlessUnreachable<Part>(
  nothing: Part,
  gather: () => Promise<Part>,
): Promise<{ part: Part; problem: string | null }> {
  try {
    return { part: await gather(), problem: null };
  } catch (failure) {
    const error = translateTemporalError(failure);
    if (!(error instanceof ServiceError) || !error.retryable) throw failure;
    return { part: nothing, problem: error.message };
  }
}

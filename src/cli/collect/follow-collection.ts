import { WorkflowNotFoundError } from '@temporalio/common';
import { pause } from '../../adapters/shared/pause';
import { ServiceError } from '../../domain/shared/service-error';
import {
  COLLECTION_RERUNS_ID,
  progressQuery,
  type CollectionProgress,
  type NightlyCollectionResult,
  type RerunRun,
} from '../../workflows/contract';
import type { CliTemporal } from '../context';
import type { CollectionDisplay } from './collection-display';
import { translateTemporalError } from '../../temporal/temporal-error';

const POLL_MS = 500;
const CALL_TIMEOUT_MS = 5_000;
/** A server that restarts is back within this time. */
const UNAVAILABLE_FOR_MS = 60_000;

/**
 * Shows the progress of a workflow run until it has ended, and answers its result: undefined when it was ended by hand, or
 * when `signal` was aborted first. The run itself goes on then.
 * @throws ServiceError TEMPORAL_UNAVAILABLE when Temporal stays away for a minute
 */
export async function followCollection(
  temporal: CliTemporal,
  run: RerunRun,
  display: CollectionDisplay,
  signal: AbortSignal,
): Promise<NightlyCollectionResult | undefined> {
  let unavailableSinceMs: number | undefined;
  while (!signal.aborted) {
    try {
      const now = await describeRun(temporal, run.workflowId);
      unavailableSinceMs = undefined;
      if (now.state === 'ended') return now.result;
      if (now.state === 'running' && now.progress !== undefined) display.update(datesOf(run), now.progress);
      if (now.state === 'waiting') display.waiting(datesOf(run));
    } catch (error) {
      const translated = translateTemporalError(error);
      if (!(translated instanceof ServiceError)) throw error;
      unavailableSinceMs ??= performance.now();
      if (performance.now() - unavailableSinceMs > UNAVAILABLE_FOR_MS) throw translated;
    }
    await pause(POLL_MS, [signal]);
  }
  return undefined;
}

/** A date, or a range of dates. */
export function datesOf({ date, to }: Pick<RerunRun, 'date' | 'to'>): string {
  return to === undefined || to === date ? date : `${date} to ${to}`;
}

type RunState =
  | { state: 'waiting' }
  | { state: 'running'; progress: CollectionProgress | undefined }
  | { state: 'ended'; result: NightlyCollectionResult | undefined };

async function describeRun({ client, connection }: CliTemporal, workflowId: string): Promise<RunState> {
  const handle = client.workflow.getHandle(workflowId);
  return connection.withDeadline(Date.now() + CALL_TIMEOUT_MS, async (): Promise<RunState> => {
    try {
      const { status } = await handle.describe();
      if (status.name === 'COMPLETED') {
        return { state: 'ended', result: (await handle.result()) as NightlyCollectionResult };
      }
      if (status.name !== 'RUNNING') return { state: 'ended', result: undefined };
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      // The run has not begun, and without the re-run workflow it never will.
      const { status } = await client.workflow.getHandle(COLLECTION_RERUNS_ID).describe();
      return status.name === 'RUNNING' ? { state: 'waiting' } : { state: 'ended', result: undefined };
    }
    // Without a worker nobody answers the query, and the run still runs.
    const progress = await handle.query(progressQuery).catch(() => undefined);
    return { state: 'running', progress };
  });
}

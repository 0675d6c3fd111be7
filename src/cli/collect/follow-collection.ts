import { WorkflowNotFoundError } from '@temporalio/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServiceError } from '../../domain/shared/service-error';
import {
  COLLECTION_RERUNS_ID,
  progressQuery,
  type CollectionProgress,
  type NightlyCollectionResult,
  type RerunTicket,
} from '../../workflows/contract';
import type { CliTemporal } from '../context';
import type { CollectionDisplay } from './collection-display';
import { translateTemporalError } from '../output/errors';

const POLL_MS = 500;
const CALL_TIMEOUT_MS = 5_000;
/** A server that restarts is waited for; one that stays away is not. */
const PATIENCE_MS = 60_000;

type Run = RerunTicket['runs'][number];

/**
 * Watches a run until it has ended, and answers how: undefined when it was ended by hand or `signal` came first, after
 * which it goes on by itself.
 * @throws ServiceError TEMPORAL_UNAVAILABLE when Temporal stays away for a minute
 */
export async function followCollection(
  temporal: CliTemporal,
  { date, workflowId }: Run,
  display: CollectionDisplay,
  signal: AbortSignal,
): Promise<NightlyCollectionResult | undefined> {
  let unavailableSinceMs: number | undefined;
  while (!signal.aborted) {
    try {
      const seen = await look(temporal, workflowId);
      unavailableSinceMs = undefined;
      if (seen.state === 'ended') return seen.result;
      if (seen.state === 'running' && seen.progress !== undefined) display.update(date, seen.progress);
      if (seen.state === 'waiting') display.waiting(date);
    } catch (error) {
      const translated = translateTemporalError(error);
      if (!(translated instanceof ServiceError)) throw error;
      unavailableSinceMs ??= performance.now();
      if (performance.now() - unavailableSinceMs > PATIENCE_MS) throw translated;
    }
    await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

type Seen =
  | { state: 'waiting' }
  | { state: 'running'; progress: CollectionProgress | undefined }
  | { state: 'ended'; result: NightlyCollectionResult | undefined };

async function look({ client, connection }: CliTemporal, workflowId: string): Promise<Seen> {
  const handle = client.workflow.getHandle(workflowId);
  return connection.withDeadline(Date.now() + CALL_TIMEOUT_MS, async (): Promise<Seen> => {
    try {
      const { status } = await handle.describe();
      if (status.name === 'COMPLETED') {
        return { state: 'ended', result: (await handle.result()) as NightlyCollectionResult };
      }
      if (status.name !== 'RUNNING') return { state: 'ended', result: undefined };
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      // It has not begun. If nobody is left to begin it, it never will.
      const { status } = await client.workflow.getHandle(COLLECTION_RERUNS_ID).describe();
      return status.name === 'RUNNING' ? { state: 'waiting' } : { state: 'ended', result: undefined };
    }
    // A worker answers queries: without one the run still runs, and nobody knows how far it is.
    const progress = await handle.query(progressQuery).catch(() => undefined);
    return { state: 'running', progress };
  });
}

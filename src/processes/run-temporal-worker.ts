import type { Worker } from '@temporalio/worker';
import type { Logger } from '../adapters/logger';
import { retryUntilAborted } from '../adapters/shared/until-aborted';
import { throwWithReason } from '../temporal/temporal-error';

export interface RunTemporalWorkerOptions {
  /** Its name in logs. */
  role: string;
  create: () => Promise<Worker>;
  /** Stops the worker. Its unfinished activities go on in another worker. */
  until: AbortSignal;
  /** Is called when the worker begins and when it stops taking tasks. */
  onPolling: (isPolling: boolean) => void;
  logger: Logger;
}

/**
 * Keeps a Temporal Worker running until `until` is aborted, and then until everything in it has ended or its
 * `shutdownForceTime` is over. The SDK itself waits for a server that is away. A worker that can't be created or has
 * failed is created again.
 */
export async function runTemporalWorker({ role, create, until, onPolling, logger }: RunTemporalWorkerOptions) {
  await retryUntilAborted(
    async () => {
      const worker = await create().catch(throwWithReason);
      if (until.aborted) return;
      const stop = () => {
        if (worker.getState() === 'RUNNING') worker.shutdown();
      };
      until.addEventListener('abort', stop, { once: true });
      try {
        onPolling(true);
        await worker.run();
      } finally {
        until.removeEventListener('abort', stop);
        onPolling(false);
      }
    },
    { complaint: `The worker of the role ${role} does not run`, until, logger },
  );
}

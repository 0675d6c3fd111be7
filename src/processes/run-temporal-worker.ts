import type { Worker } from '@temporalio/worker';
import type { Logger } from '../adapters/logger';
import { throwWithReason } from '../temporal/temporal-error';
import { keepTrying } from './keep-trying';

export interface RunTemporalWorkerOptions {
  /** For logs. */
  role: string;
  create: () => Promise<Worker>;
  /** Stops the worker; what it still does is then handed over. */
  until: AbortSignal;
  /** Told when it begins and when it ends to take tasks. */
  onPolling: (polling: boolean) => void;
  logger: Logger;
}

/**
 * Keeps a Temporal Worker running until it is told to stop, and then until everything in it has ended or its
 * `shutdownForceTime` is over. The SDK itself waits for a server that is away; a worker that can't be made, or that
 * failed, is made anew.
 */
export async function runTemporalWorker({ role, create, until, onPolling, logger }: RunTemporalWorkerOptions) {
  await keepTrying(
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

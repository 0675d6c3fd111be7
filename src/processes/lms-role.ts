import type { Worker } from '@temporalio/worker';
import { once } from 'node:events';
import type { ClosableLmsClient } from '../adapters/lms/openeg/openeg-client';
import type { LmsLease } from '../adapters/lms/access/lms-lease';
import type { Logger } from '../adapters/logger';
import { runTemporalWorker } from './run-temporal-worker';

export interface LmsRoleOptions {
  lease: LmsLease;
  /** Anew for each time that the lease is held: sessions of the time before may be revoked. */
  openClient: () => ClosableLmsClient;
  createWorker: (lms: ClosableLmsClient) => Promise<Worker>;
  until: AbortSignal;
  onState: (state: LmsRoleState) => void;
  logger: Logger;
}

export type LmsRoleState = 'standby' | 'active' | 'starting';

/**
 * Takes tasks that talk to the LMS while this process has the lease, and stands by while another one has it. Told to
 * stop, it lets requests that are at the LMS be answered, sends no other, and gives the lease away at once: what its
 * activities had left to do goes on elsewhere.
 */
export async function runLmsRole(options: LmsRoleOptions): Promise<void> {
  const { lease, until, onState, logger } = options;
  while (!until.aborted) {
    onState('standby');
    const holding = await lease.acquire(until).catch((error: unknown) => {
      if (until.aborted) return undefined;
      throw error;
    });
    if (holding !== undefined) await work(options, holding.lost);
  }
  logger.info('The LMS role has ended');
}

async function work(options: LmsRoleOptions, lost: Promise<void>): Promise<void> {
  const { lease, openClient, createWorker, until, onState, logger } = options;
  onState('starting');
  const leaving = new AbortController();
  const leave = () => leaving.abort();
  until.addEventListener('abort', leave, { once: true });
  if (until.aborted) leave();
  lost.then(leave, leave);

  const lms = openClient();
  const working = runTemporalWorker({
    role: 'lms',
    create: () => createWorker(lms),
    until: leaving.signal,
    onPolling: (polling) => onState(polling ? 'active' : 'starting'),
    logger,
  });
  if (!leaving.signal.aborted) await once(leaving.signal, 'abort');
  until.removeEventListener('abort', leave);
  try {
    await lms.close();
  } finally {
    await lease.release({ quietInMs: lms.quietInMs() });
  }
  await working;
}

import type { Worker } from '@temporalio/worker';
import { once } from 'node:events';
import type { LmsAccess } from '../adapters/lms/access/lms-access';
import type { LmsLease } from '../adapters/lms/access/lms-lease';
import type { Logger } from '../adapters/logger';
import { runTemporalWorker } from './run-temporal-worker';

export interface LmsRoleOptions {
  lease: LmsLease;
  /** Called each time that the lease is acquired: earlier sessions may be revoked. */
  openAccess: () => LmsAccess;
  createWorker: (access: LmsAccess) => Promise<Worker>;
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
  const { lease, openAccess, createWorker, until, onState, logger } = options;
  onState('starting');
  const leaving = new AbortController();
  const leave = () => leaving.abort();
  until.addEventListener('abort', leave, { once: true });
  if (until.aborted) leave();
  lost.then(leave, leave);

  const access = openAccess();
  const working = runTemporalWorker({
    role: 'lms',
    create: () => createWorker(access),
    until: leaving.signal,
    onPolling: (polling) => onState(polling ? 'active' : 'starting'),
    logger,
  });
  if (!leaving.signal.aborted) await once(leaving.signal, 'abort');
  until.removeEventListener('abort', leave);
  try {
    await access.close();
  } finally {
    await lease.release({ quietInMs: access.quietInMs() });
  }
  await working;
}

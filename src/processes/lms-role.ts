import type { Worker } from '@temporalio/worker';
import type { LmsAccess } from '../adapters/lms/access/lms-access';
import type { LmsLease } from '../adapters/lms/access/lms-lease';
import type { Logger } from '../adapters/logger';
import { aborted } from '../adapters/shared/until-aborted';
import { abortWith } from '../adapters/shared/with-deadline';
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
 * Takes tasks that talk to the LMS while this process owns the lease, and stands by while another one does. At the end it
 * waits for the answers of its open requests, sends no further request, and releases the lease at once. The rest of its
 * activities goes on in another process.
 */
export async function runLmsRole(options: LmsRoleOptions): Promise<void> {
  const { lease, until, onState, logger } = options;
  while (!until.aborted) {
    onState('standby');
    const owned = await lease.acquire(until).catch((error: unknown) => {
      if (until.aborted) return undefined;
      throw error;
    });
    if (owned !== undefined) await workUntilLost(options, owned.lost);
  }
  logger.info('The LMS role has ended');
}

async function workUntilLost(options: LmsRoleOptions, lost: Promise<void>): Promise<void> {
  const { lease, openAccess, createWorker, until, onState, logger } = options;
  onState('starting');
  const leaving = new AbortController();
  const unlink = abortWith(leaving, until);
  const leave = () => leaving.abort();
  lost.then(leave, leave);

  const access = openAccess();
  const working = runTemporalWorker({
    role: 'lms',
    create: () => createWorker(access),
    until: leaving.signal,
    onPolling: (isPolling) => onState(isPolling ? 'active' : 'starting'),
    logger,
  });
  await aborted(leaving.signal);
  unlink();
  try {
    await access.close();
  } finally {
    await lease.release({ quietInMs: access.quietInMs() });
  }
  await working;
}

import type { Worker } from '@temporalio/worker';
import type { LmsAccess } from '../adapters/lms/access/lms-access';
import type { LmsLease } from '../adapters/lms/access/lms-lease';
import type { Logger } from '../adapters/logger';
import { aborted, retryUntilAborted } from '../adapters/shared/until-aborted';
import { abortWith } from '../adapters/shared/with-deadline';
import { inTemporalContact, type TemporalContact } from './in-temporal-contact';
import { runTemporalWorker } from './run-temporal-worker';

/** The owner may be the only process that is cut off from Temporal: another one then takes over. */
const OWNER_SILENT_MS = 20_000;
const STANDBY_SILENT_MS = 5_000;

export interface LmsRoleOptions extends TemporalContact {
  lease: LmsLease;
  /** Called each time that the lease is acquired: earlier sessions may be revoked. */
  openAccess: () => LmsAccess;
  /** Creates the Temporal Workers, each by one function. */
  workersOf: (access: LmsAccess) => (() => Promise<Worker>)[];
  onState: (state: LmsRoleState) => void;
  logger: Logger;
}

export type LmsRoleState = 'standby' | 'active' | 'starting';

/**
 * Takes tasks that talk to the LMS while this process owns the lease, and stands by while another one does. It acquires the
 * lease only while Temporal answers, and releases it when Temporal has not answered for 20 s (decision 0001). At the end it
 * waits for the answers of its open requests, sends no further request, and releases the lease at once. The rest of its
 * activities goes on in another process.
 */
export async function runLmsRole(options: LmsRoleOptions): Promise<void> {
  const { lease, askTemporal, until, onState, logger } = options;
  while (!until.aborted) {
    onState('standby');
    await retryUntilAborted(askTemporal, { complaint: 'The LMS lease waits for Temporal', until, logger });
    if (until.aborted) break;
    const owned = await inTemporalContact(options, STANDBY_SILENT_MS, (signal) =>
      lease.acquire(signal).catch((error: unknown) => {
        if (signal.aborted) return undefined;
        throw error;
      }),
    );
    if (owned === undefined) continue;
    await inTemporalContact(options, OWNER_SILENT_MS, (signal) => workUntilLost(options, owned.lost, signal));
  }
  logger.info('The LMS role has ended');
}

async function workUntilLost(options: LmsRoleOptions, lost: Promise<void>, contact: AbortSignal): Promise<void> {
  const { lease, openAccess, workersOf, onState, logger } = options;
  onState('starting');
  const leaving = new AbortController();
  const unlink = abortWith(leaving, contact);
  const leave = () => leaving.abort();
  lost.then(leave, leave);

  const access = openAccess();
  const onPolling = (isPolling: boolean) => onState(isPolling ? 'active' : 'starting');
  const working = Promise.all(
    workersOf(access).map((create) =>
      runTemporalWorker({ role: 'lms', create, until: leaving.signal, onPolling, logger }),
    ),
  );
  await aborted(leaving.signal);
  unlink();
  try {
    await access.close();
  } finally {
    await lease.release({ quietInMs: access.quietInMs() });
  }
  await working;
}

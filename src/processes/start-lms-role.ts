import { Worker } from '@temporalio/worker';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { createCollectionLmsActivities } from '../activities/collection/collection-lms-activities';
import { createCompletionLmsActivities } from '../activities/completion/completion-lms-activities';
import { createInquiryLmsActivities } from '../activities/inquiries/inquiry-lms-activities';
import { createOperationsLmsActivities } from '../activities/operations/operations-lms-activities';
import { openDatabase } from '../adapters/database/core/database';
import { openLmsAccounts } from '../adapters/database/accounts/lms-accounts';
import { LmsAccess } from '../adapters/lms/access/lms-access';
import { LmsLease } from '../adapters/lms/access/lms-lease';
import { createOpenEgClient } from '../adapters/lms/openeg/openeg-client';
import { databaseOptions } from '../config/database-options';
import { COMPLETION_TASK_QUEUE, LMS_TASK_QUEUE } from '../workflows/contract';
import { runLmsRole, type LmsRoleState } from './lms-role';
import { wakeDelivery } from '../temporal/start-workflows';
import { workerOptions, type ConnectedParts } from './worker-parts';

/** The lease has separate connections and a short timeout, so that slow statements of others can't cost it its term. */
const LEASE_CONNECTIONS = 2;
const LEASE_STATEMENT_TIMEOUT_MS = 1_000;
/** Reports that hang at the LMS must leave memory and its slots for others. The rest waits in Temporal, in order. */
const COMPLETIONS_AT_ONCE = 50;

/** Runs the activities that talk to the LMS. One process is active at a time; the others stand by. */
export async function startLmsRole(
  parts: ConnectedParts,
  askTemporal: () => Promise<unknown>,
  onState: (state: LmsRoleState) => void,
): Promise<void> {
  const { config, database, logger, metrics, until } = parts;
  const leaseDatabase = openDatabase({
    ...databaseOptions(config, LEASE_CONNECTIONS),
    statementTimeoutMs: LEASE_STATEMENT_TIMEOUT_MS,
  });
  const holder = `${hostname().slice(0, 40)}/${process.pid}/${randomUUID()}`;
  const lease = new LmsLease({ database: leaseDatabase, holder, logger, metrics });
  const accounts = openLmsAccounts(database);
  const openAccess = () =>
    new LmsAccess({
      baseUrl: config.OPENEG_LMS_BASE_URL,
      maxConcurrentRequests: config.OPENEG_MAX_CONCURRENT_REQUESTS,
      lease,
      metrics,
    });
  const workersOf = (access: LmsAccess) => {
    const lms = createOpenEgClient({ access, accounts, logger, metrics });
    // Open requests at the LMS are answered within this time after SIGTERM. An abandoned request would keep its slot.
    const shared = { ...workerOptions(parts), shutdownGraceTime: '1500 ms' } as const;
    const createMain = () =>
      Worker.create({
        ...shared,
        taskQueue: LMS_TASK_QUEUE,
        activities: {
          ...createInquiryLmsActivities({ ...parts, lms, wakeDelivery: () => wakeDelivery(parts.client) }),
          ...createCollectionLmsActivities({ ...parts, lms }),
          ...createOperationsLmsActivities({ ...parts, lms }),
        },
        // Far more than the LMS's slots: activities wait inside the process, where the limiter knows their priorities.
        maxConcurrentActivityTaskExecutions: 200,
      });
    const createForCompletions = () =>
      Worker.create({
        ...shared,
        taskQueue: COMPLETION_TASK_QUEUE,
        activities: createCompletionLmsActivities({ ...parts, lms }),
        maxConcurrentActivityTaskExecutions: COMPLETIONS_AT_ONCE,
      });
    return [createMain, createForCompletions];
  };
  await runLmsRole({ lease, askTemporal, openAccess, workersOf, until, onState, logger });
  await leaseDatabase.close();
}

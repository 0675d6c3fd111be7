import { openLmsAccounts } from '../../../../src/adapters/database/accounts/lms-accounts';
import { openDatabase, type DatabaseOptions } from '../../../../src/adapters/database/core/database';
import { LmsAccess } from '../../../../src/adapters/lms/access/lms-access';
import { LmsLease } from '../../../../src/adapters/lms/access/lms-lease';
import { createOpenEgClient } from '../../../../src/adapters/lms/openeg/openeg-client';
import { createLogger } from '../../../../src/adapters/logger';
import { createMetrics } from '../../../../src/adapters/metrics';

export interface AskingProcessInput {
  name: string;
  lmsUrl: string;
  database: DatabaseOptions;
}

/*
 * A process that sends as many requests as it may whenever it owns the lease. Its cohort has the process's name. It ends
 * at SIGTERM in the same way as a worker.
 */

const MORE_THAN_THERE_ARE_SLOTS = 25;

async function main(input: AskingProcessInput): Promise<void> {
  const logger = createLogger('silent');
  const metrics = createMetrics();
  const database = openDatabase({ ...input.database, connectionLimit: 3 });
  const lease = new LmsLease({
    database: openDatabase({ ...input.database, connectionLimit: 2, statementTimeoutMs: 1_000 }),
    holder: `${input.name}-${process.pid}`,
    logger,
    metrics,
  });
  const accounts = openLmsAccounts(database);
  const access = new LmsAccess({ baseUrl: input.lmsUrl, maxConcurrentRequests: 15, lease, metrics });
  const lms = createOpenEgClient({ access, accounts, logger, metrics });
  const account = { skId: input.name, loginId: `manager-${input.name}`, password: 'password' };
  const stop = new AbortController();
  process.once('SIGTERM', () => {
    stop.abort();
    void access
      .close()
      .then(() => lease.release({ quietInMs: access.quietInMs() }))
      .then(() => process.exit(0));
  });

  while (!stop.signal.aborted) {
    const { lost } = await lease.acquire(stop.signal);
    let isLost = false;
    void lost.then(() => (isLost = true));
    const askRepeatedly = async () => {
      while (!isLost && !stop.signal.aborted) {
        await lms.listTasks(account, { signal: stop.signal }).catch(() => undefined);
      }
    };
    await Promise.all(Array.from({ length: MORE_THAN_THERE_ARE_SLOTS }, askRepeatedly));
  }
}

main(JSON.parse(process.argv[2] ?? '{}') as AskingProcessInput).catch(() => {
  process.exitCode = 1;
});

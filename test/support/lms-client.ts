import { openLmsAccounts, type LmsAccounts } from '../../src/adapters/database/accounts/lms-accounts';
import type { Database } from '../../src/adapters/database/core/database';
import { LmsAccess, type LmsAccessOptions } from '../../src/adapters/lms/access/lms-access';
import type { LmsClient } from '../../src/adapters/lms/lms-client';
import { createOpenEgClient } from '../../src/adapters/lms/openeg/openeg-client';
import { createLogger, type Logger } from '../../src/adapters/logger';
import { createMetrics, type Metrics } from '../../src/adapters/metrics';

/** The lease of a process that no other one competes with. */
export const ownedLease: LmsAccessOptions['lease'] = {
  isOwned: () => true,
  assertOwned: () => {},
  whenOwned: () => Promise.resolve(),
};

export interface TestLmsClient {
  lms: LmsClient;
  access: LmsAccess;
  metrics: Metrics;
}

/** A client with the access that one process has, quick to try again. */
export function createTestLmsClient(
  options: Partial<LmsAccessOptions> & { baseUrl: string; logger?: Logger } & (
      { database: Database } | { accounts: LmsAccounts }
    ),
): TestLmsClient {
  const metrics = createMetrics();
  const accounts = 'database' in options ? openLmsAccounts(options.database) : options.accounts;
  const access = new LmsAccess({
    maxConcurrentRequests: 15,
    lease: ownedLease,
    metrics,
    tryPolicy: { tries: 5, backoffMs: 5, backoffMostMs: 20, retryAfterMostMs: 2_000 },
    ...options,
  });
  const lms = createOpenEgClient({ access, accounts, logger: options.logger ?? createLogger('silent'), metrics });
  return { lms, access, metrics };
}

import { openLmsAccounts, type LmsAccounts } from '../../src/adapters/database/accounts/lms-accounts';
import type { Database } from '../../src/adapters/database/core/database';
import {
  createLmsClient,
  type ClosableLmsClient,
  type LmsClientOptions,
} from '../../src/adapters/lms/openeg/openeg-client';
import { createLogger } from '../../src/adapters/logger';
import { createMetrics, type Metrics } from '../../src/adapters/metrics';

/** The lease of a process that is never challenged. */
export const heldLease: LmsClientOptions['lease'] = {
  isHeld: () => true,
  assertHeld: () => {},
  whenHeld: () => Promise.resolve(),
};

export interface TestLmsClient {
  lms: ClosableLmsClient;
  metrics: Metrics;
}

/** A client as one process has it, quick to try again. */
export function createTestLmsClient(
  options: Partial<LmsClientOptions> & { baseUrl: string } & ({ database: Database } | { accounts: LmsAccounts }),
): TestLmsClient {
  const metrics = createMetrics();
  const lms = createLmsClient({
    maxConcurrentRequests: 15,
    lease: heldLease,
    accounts: 'database' in options ? openLmsAccounts(options.database) : options.accounts,
    logger: createLogger('silent'),
    metrics,
    tryPolicy: { tries: 5, backoffMs: 5, backoffMostMs: 20, retryAfterMostMs: 2_000 },
    ...options,
  });
  return { lms, metrics };
}

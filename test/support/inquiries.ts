import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { randomBytes } from 'node:crypto';
import { createAlertActivities } from '../../src/activities/alerts/alert-activities';
import { createInquiryCoreActivities } from '../../src/activities/inquiries/inquiry-core-activities';
import {
  createInquiryLmsActivities,
  type CheckInquiriesResult,
  type InquiryLmsDependencies,
} from '../../src/activities/inquiries/inquiry-lms-activities';
import type { DeliverOutboxResult } from '../../src/activities/alerts/deliver-outbox';
import { createChatClient, type ChatClient } from '../../src/adapters/chat/chat-client';
import { importCohorts } from '../../src/adapters/database/accounts/import-cohorts';
import type { Database } from '../../src/adapters/database/core/database';
import type { LmsClient } from '../../src/adapters/lms/lms-client';
import { createLogger } from '../../src/adapters/logger';
import type { Metrics } from '../../src/adapters/metrics';
import { createSecretBox, type SecretBox } from '../../src/adapters/secret-box';
import { createTestDatabase, type TestDatabase } from './database';
import { createTestLmsClient } from './lms-client';
import { startSimulator, type Simulator, type SimulatorOptions } from './simulator';

/** Database, simulator and the inquiries' activities, which a test calls like a worker. */
export interface InquiryParts {
  test: TestDatabase;
  database: Database;
  secretBox: SecretBox;
  simulator: Simulator;
  lms: LmsClient;
  chat: ChatClient;
  metrics: Metrics;
  /** The number of calls of `wakeDelivery`. */
  wakes(): number;
  /** The check of a worker that has just started: its memory is empty. `changed` replaces some dependencies. */
  newChecker(
    changed?: Partial<InquiryLmsDependencies>,
  ): (skIds?: string[], environment?: MockActivityEnvironment) => Promise<CheckInquiriesResult>;
  core: ReturnType<typeof createInquiryCoreActivities>;
  /** Delivers the waiting alerts. The options replace the usual parts. */
  deliver(options?: {
    database?: Database;
    environment?: MockActivityEnvironment;
    operatorsWebhookUrl?: string;
  }): Promise<DeliverOutboxResult>;
  /** Rows of the outbox and the tracking table, by id. */
  outbox(): Promise<OutboxRow[]>;
  tracked(): Promise<TrackedRow[]>;
  close(): Promise<void>;
}

export interface OutboxRow {
  id: number;
  request_id: string;
  kind: string;
  sk_id: string | null;
  state: string;
  content: string | null;
  failure: string | null;
}

export interface TrackedRow {
  entry_hash: string;
  sk_id: string;
  entry_id: string;
  created_at: Date;
  processed_at: Date | null;
  late: number;
}

export const OPERATORS_SPACE = 'operators';
export const DEFAULT_SPACE = 'default';

export function activityEnvironment(info: { attempt?: number } = {}): MockActivityEnvironment {
  return new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR') });
}

/** Each cohort has a space, `space-SK001` and so on, except those in `withoutSpace`. */
export async function openInquiries(
  options: SimulatorOptions & { withoutSpace?: readonly string[]; chatTimeoutMs?: number } = {},
): Promise<InquiryParts> {
  const { withoutSpace = [], chatTimeoutMs, ...simulatorOptions } = options;
  const test = await createTestDatabase();
  const { database } = test;
  const simulator = await startSimulator({ cohorts: 2, ...simulatorOptions });
  const secretBox = createSecretBox(randomBytes(32));
  await importCohorts(
    database,
    secretBox,
    simulator.cohorts().map(({ skId, cohortName, loginId, password, space }) => ({
      ...{ skId, cohortName, loginId, password },
      chatWebhookUrl: withoutSpace.includes(skId) ? null : simulator.chatUrl(space),
    })),
  );
  const { lms, access, metrics } = createTestLmsClient({ baseUrl: simulator.lmsUrl, database });
  const chat = createChatClient(chatTimeoutMs === undefined ? {} : { timeoutMs: chatTimeoutMs });
  let wakes = 0;
  const wakeDelivery = async () => {
    wakes += 1;
  };
  const alertDependencies = {
    ...{ database, secretBox, chat, metrics },
    logger: createLogger('silent'),
    alertsWebhookUrl: simulator.chatUrl(DEFAULT_SPACE),
    operatorsWebhookUrl: simulator.chatUrl(OPERATORS_SPACE),
  };

  return {
    ...{ test, database, secretBox, simulator, lms, chat, metrics },
    wakes: () => wakes,
    newChecker(changed = {}) {
      const activities = createInquiryLmsActivities({ database, secretBox, lms, metrics, wakeDelivery, ...changed });
      return (skIds = simulator.cohorts().map(({ skId }) => skId), environment = activityEnvironment()) =>
        environment.run(activities.checkInquiries, { skIds });
    },
    core: createInquiryCoreActivities({ database, metrics, wakeDelivery, tickIntervalMs: 60_000 }),
    deliver({ environment = activityEnvironment(), ...changed } = {}) {
      return environment.run(createAlertActivities({ ...alertDependencies, ...changed }).deliverAlerts);
    },
    outbox: () =>
      database.query<OutboxRow>(
        'SELECT id, request_id, kind, sk_id, state, content, failure FROM openeg_chat_outbox ORDER BY id',
      ),
    tracked: () =>
      database.query<TrackedRow>(
        'SELECT entry_hash, sk_id, entry_id, created_at, processed_at, late FROM openeg_entry_tracking ORDER BY id',
      ),
    async close() {
      await Promise.all([access.close(), chat.close()]);
      await simulator.close();
      await test.drop();
    },
  };
}

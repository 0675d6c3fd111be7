import { hasWaitingMessages } from '../../adapters/database/alerts/chat-outbox';
import type { Database } from '../../adapters/database/core/database';
import { listCohortsToCheck, listFailingWideWindows } from '../../adapters/database/inquiries/inquiry-checks';
import { closeIncident, openIncident } from '../../adapters/database/operations/incidents';
import { recordLastTick, recordMonitorState } from '../../adapters/database/operations/service-state';
import type { Metrics } from '../../adapters/metrics';
import { wideWindowsFailingText } from '../../domain/operations/operators-texts';
import {
  COHORTS_PER_CHECK,
  recordMonitorStateInputSchema,
  recordTickInputSchema,
  type RecordMonitorStateInput,
  type RecordTickInput,
} from './inquiry-inputs';
import { tryWakeDelivery } from '../alerts/try-wake-delivery';
import { parseInput } from '../shared/parse-input';

export interface InquiryCoreDependencies {
  database: Database;
  metrics: Metrics;
  /** From one tick's start to the next one's. */
  tickIntervalMs: number;
  /** Starts or signals the workflow `alertDelivery`. */
  wakeDelivery: () => Promise<void>;
}

export interface TickPlan {
  intervalMs: number;
  /** The active cohorts, at most 50 in a batch, the one that was not checked for longest first. One activity checks a batch. */
  batches: string[][];
}

/** Activities of the inquiry monitor that do not use the LMS. */
export function createInquiryCoreActivities(dependencies: InquiryCoreDependencies) {
  const { database, metrics, tickIntervalMs, wakeDelivery } = dependencies;
  return {
    /**
     * Lists the cohorts that a tick checks. Also wakes the delivery when messages wait in the outbox.
     * @throws ServiceError DATABASE_UNAVAILABLE
     */
    async planTick(): Promise<TickPlan> {
      const skIds = await listCohortsToCheck(database);
      await updateWideWindowIncident(database);
      if (await hasWaitingMessages(database)) await tryWakeDelivery(wakeDelivery);
      const count = Math.ceil(skIds.length / COHORTS_PER_CHECK);
      const batches = Array.from({ length: count }, (_, index) =>
        skIds.slice(index * COHORTS_PER_CHECK, (index + 1) * COHORTS_PER_CHECK),
      );
      return { intervalMs: tickIntervalMs, batches };
    },

    /**
     * Records the end of a tick for the watchdog and the metrics.
     * @throws ServiceError DATABASE_UNAVAILABLE
     */
    async recordTick(input: RecordTickInput): Promise<void> {
      const { startedAt, endedAt, whole, ...tick } = parseInput(recordTickInputSchema, input);
      const durationMs = Math.max(0, endedAt.getTime() - startedAt.getTime());
      if (whole) await recordLastTick(database, { ...tick, durationMs });
      metrics.tickDurationSeconds.observe(durationMs / 1000);
    },

    /**
     * Records whether inquiries are to be checked, so that the watchdog does not take a pause for a failure.
     * @throws ServiceError DATABASE_UNAVAILABLE
     */
    async recordMonitorState(input: RecordMonitorStateInput): Promise<void> {
      await recordMonitorState(database, parseInput(recordMonitorStateInputSchema, input).state);
    },
  };
}

async function updateWideWindowIncident(database: Database): Promise<void> {
  const key = 'wide-window-failing';
  const skIds = await listFailingWideWindows(database);
  if (skIds.length === 0) await closeIncident(database, { key });
  else await openIncident(database, { key, summary: wideWindowsFailingText(skIds) });
}

export type InquiryCoreActivities = ReturnType<typeof createInquiryCoreActivities>;

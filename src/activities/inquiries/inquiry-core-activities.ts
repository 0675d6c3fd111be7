import { Context } from '@temporalio/activity';
import { hasWaitingMessages } from '../../adapters/database/alerts/chat-outbox';
import { listActiveCohorts } from '../../adapters/database/accounts/cohorts';
import { recordLastTick, recordMonitorState } from '../../adapters/database/operations/service-state';
import { loggableError } from '../../domain/shared/loggable-error';
import {
  COHORTS_PER_CHECK,
  recordMonitorStateInputSchema,
  recordTickInputSchema,
  type RecordMonitorStateInput,
  type RecordTickInput,
} from './inquiry-inputs';
import { deliverOutbox, type DeliverOutboxDependencies, type DeliverOutboxResult } from '../alerts/deliver-outbox';
import { parseInput } from '../shared/parse-input';
import { withHeartbeat } from '../shared/with-heartbeat';

export interface InquiryCoreDependencies extends DeliverOutboxDependencies {
  /** From one tick's start to the next one's. */
  tickIntervalMs: number;
  /** Has the workflow `alertDelivery` look at the outbox. */
  wakeDelivery: () => Promise<void>;
}

export interface TickPlan {
  intervalMs: number;
  /** Active cohorts, at most 50 together: one activity checks a batch. */
  batches: string[][];
}

/** Activities of the inquiry monitor and of delivery that don't talk to the LMS. */
export function createInquiryCoreActivities(dependencies: InquiryCoreDependencies) {
  const { database, metrics, tickIntervalMs, wakeDelivery } = dependencies;
  return {
    /**
     * Which cohorts a tick checks. Also has delivery look at what still waits in the outbox.
     * @throws ServiceError DATABASE_UNAVAILABLE
     */
    async planTick(): Promise<TickPlan> {
      const cohorts = await listActiveCohorts(database);
      if (await hasWaitingMessages(database)) {
        await wakeDelivery().catch((error: unknown) => {
          Context.current().log.warn('The delivery of alerts could not be woken', loggableError(error));
        });
      }
      const count = Math.ceil(cohorts.length / COHORTS_PER_CHECK);
      const batches = Array.from({ length: count }, (_, index) =>
        cohorts.slice(index * COHORTS_PER_CHECK, (index + 1) * COHORTS_PER_CHECK).map(({ skId }) => skId),
      );
      return { intervalMs: tickIntervalMs, batches };
    },

    /**
     * Notes that a tick ended: what the watch over silences and the metrics read.
     * @throws ServiceError DATABASE_UNAVAILABLE
     */
    async recordTick(input: RecordTickInput): Promise<void> {
      const { startedAt, endedAt, whole, ...tick } = parseInput(recordTickInputSchema, input);
      const durationMs = Math.max(0, endedAt.getTime() - startedAt.getTime());
      if (whole) await recordLastTick(database, { ...tick, durationMs });
      metrics.tickDurationSeconds.observe(durationMs / 1000);
    },

    /**
     * Notes whether inquiries shall be checked, so that a pause is not taken for a failure.
     * @throws ServiceError DATABASE_UNAVAILABLE
     */
    async recordMonitorState(input: RecordMonitorStateInput): Promise<void> {
      await recordMonitorState(database, parseInput(recordMonitorStateInputSchema, input).state);
    },

    /**
     * Delivers what waits in the outbox, until nothing does or ten minutes are over.
     * @throws ServiceError DATABASE_UNAVAILABLE
     */
    deliverAlerts(): Promise<DeliverOutboxResult> {
      return withHeartbeat((signal) => deliverOutbox(dependencies, signal));
    },
  };
}

export type InquiryCoreActivities = ReturnType<typeof createInquiryCoreActivities>;

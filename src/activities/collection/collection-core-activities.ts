import { Context } from '@temporalio/activity';
import { failRun, listStoredDatasets } from '../../adapters/database/collection/collection-runs';
import { listActiveCohorts, loadAccounts } from '../../adapters/database/accounts/cohorts';
import type { Database } from '../../adapters/database/core/database';
import { databaseTime } from '../../adapters/database/core/database';
import { recordTrigger, replaceFailedTriggers } from '../../adapters/database/collection/statistics-triggers';
import type { Metrics } from '../../adapters/metrics';
import type { SecretBox } from '../../adapters/secret-box';
import type { StatisticsClient } from '../../adapters/statistics/statistics-client';
import {
  failedTriggerSchema,
  joinCollectionInputSchema,
  planCollectionInputSchema,
  planStatisticsInputSchema,
  recordFailureInputSchema,
  statisticsTriggerSchema,
  type FailedTrigger,
  type JoinCollectionInput,
  type PlanCollectionInput,
  type PlanStatisticsInput,
  type RecordFailureInput,
} from './collection-inputs';
import { DATA_TYPES, enabledDataTypes, type DataType } from '../../domain/collection/data-type';
import { ServiceError } from '../../domain/shared/service-error';
import { statisticsTriggersFor, type StatisticsTrigger } from '../../domain/collection/statistics-trigger';
import { parseInput } from '../shared/parse-input';
import { withBackoff } from './with-backoff';
import { withHeartbeat } from '../shared/with-heartbeat';
import { workflowEnds } from './workflow-ends';

export interface CollectionCoreDependencies {
  database: Database;
  secretBox: SecretBox;
  /** Undefined where `OPENEG_STATISTICS_WEBHOOK_URL` is empty: then no trigger is sent. */
  statistics: StatisticsClient | undefined;
  vodLogEnabled: boolean;
  metrics: Metrics;
}

export interface CollectionPlan {
  /** ISO instant, by the database's clock. */
  requestedAt: string;
  /** Active cohorts, sorted. */
  skIds: string[];
  /** In the order of `DATA_TYPES`. Empty when only vod was asked for and it is turned off. */
  dataTypes: DataType[];
  /** Named cohorts that can't be collected, with the reason. */
  refused: { skId: string; code: string; message: string }[];
  tellsStatistics: boolean;
}

/** Between at most three retries (contract section 3). */
const STATISTICS_BACKOFF = { firstMs: 2_000, longestMs: 8_000 };

/** Activities of the collection that do not talk to the LMS. Their names stand in Temporal's histories. */
export function createCollectionCoreActivities(dependencies: CollectionCoreDependencies) {
  const { database, secretBox, statistics, vodLogEnabled, metrics } = dependencies;
  const enabled = enabledDataTypes(vodLogEnabled);

  return {
    /** Decides which cohorts and data types a collection covers, by the database and the worker's configuration. */
    async planCollection(input: PlanCollectionInput): Promise<CollectionPlan> {
      const { skIds, dataTypes = DATA_TYPES, requestedAt } = parseInput(planCollectionInputSchema, input);
      const active = (await listActiveCohorts(database)).map((cohort) => cohort.skId);
      const named = new Set(skIds ?? active);
      const activeSet = new Set(active);
      const missing = [...named].filter((skId) => !activeSet.has(skId));
      const refusals = await loadAccounts(database, secretBox, missing);
      return {
        requestedAt: (requestedAt ?? (await databaseTime(database))).toISOString(),
        skIds: active.filter((skId) => named.has(skId)),
        dataTypes: enabled.filter((dataType) => dataTypes.includes(dataType)),
        refused: [...refusals].flatMap(([skId, refusal]) =>
          refusal instanceof ServiceError ? [{ skId, code: refusal.code, message: refusal.message }] : [],
        ),
        tellsStatistics: statistics !== undefined,
      };
    },

    /** The database's time, from which on data is new enough for a request of now (decision 0003). */
    async readRequestTime(): Promise<{ requestedAt: string }> {
      return { requestedAt: (await databaseTime(database)).toISOString() };
    },

    /** Waits until another run's collection of the same cohort and date has ended, successfully or not. */
    async joinCollection(input: JoinCollectionInput): Promise<void> {
      const { workflowId } = parseInput(joinCollectionInputSchema, input);
      await withHeartbeat((signal) => workflowEnds(workflowId, signal));
    },

    /** Marks runs as failed with the reason. The stored data and its `stored_at` stay. */
    async recordCollectionFailure(input: RecordFailureInput): Promise<void> {
      const { skId, date, dataTypes, workflowId, message } = parseInput(recordFailureInputSchema, input);
      for (const dataType of dataTypes) {
        await failRun(database, { skId, date, dataType }, workflowId, message);
        metrics.collections.inc({ data_type: dataType, outcome: 'failed' });
      }
      Context.current().log.warn('A collection failed', { dataTypes, reason: message });
    },

    /** The triggers that announce what is stored of the date; none without a statistics server. */
    async planStatistics(input: PlanStatisticsInput): Promise<{ triggers: StatisticsTrigger[] }> {
      const { date } = parseInput(planStatisticsInputSchema, input);
      if (statistics === undefined) return { triggers: [] };
      const stored = (await listStoredDatasets(database, date)).map(({ skId, dataTypes }) => ({
        skId,
        dataTypes: dataTypes.filter((dataType) => enabled.includes(dataType)),
      }));
      return { triggers: statisticsTriggersFor(date, stored) };
    },

    /**
     * Sends the trigger once and writes nothing to the database: so only a failed request counts as one of the tries.
     * @throws ServiceError STATISTICS_UNAVAILABLE, STATISTICS_REJECTED
     */
    async sendStatisticsTrigger(input: StatisticsTrigger): Promise<void> {
      const trigger = parseInput(statisticsTriggerSchema, input);
      if (statistics === undefined) {
        throw new ServiceError('STATISTICS_REJECTED', 'This worker has no OPENEG_STATISTICS_WEBHOOK_URL.');
      }
      await withHeartbeat((signal) => statistics.send(trigger, signal)).catch((error: unknown) => {
        throw withBackoff(error, STATISTICS_BACKOFF);
      });
    },

    /** Records a sent trigger, also in place of failed ones that it makes up for. */
    async recordStatisticsSent(input: StatisticsTrigger): Promise<void> {
      const trigger = parseInput(statisticsTriggerSchema, input);
      await recordTrigger(database, trigger, 'sent');
      metrics.statisticsTriggers.inc({ outcome: 'sent' });
      await replaceFailedTriggers(database, trigger.targetDate);
    },

    /** Records a trigger that was given up. The watchdog tells the operators. */
    async recordStatisticsFailure(input: FailedTrigger): Promise<void> {
      const { message, ...trigger } = parseInput(failedTriggerSchema, input);
      await recordTrigger(database, trigger, 'failed', message);
      metrics.statisticsTriggers.inc({ outcome: 'failed' });
    },
  };
}

export type CollectionCoreActivities = ReturnType<typeof createCollectionCoreActivities>;

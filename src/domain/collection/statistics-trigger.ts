import { DATA_TYPES, type DataType } from './data-type';
import type { LearningDate } from '../shared/learning-date';

/** What the statistics server is told: these cohorts have these data types of that date stored whole. */
export interface StatisticsTrigger {
  targetDate: LearningDate;
  skIds: string[];
  dataTypes: DataType[];
}

/** The body of the call, to the byte (contract section 3): keys in this order, data types in the order of `DATA_TYPES`. */
export function statisticsTriggerBody({ targetDate, skIds, dataTypes }: StatisticsTrigger): string {
  return JSON.stringify({ sk_ids: skIds, target_date: targetDate, data_types: inCanonicalOrder(dataTypes) });
}

/**
 * One trigger for each set of data types that cohorts have in common, cohorts in the order of their keys. A cohort of
 * which nothing was stored is in none of them.
 */
export function statisticsTriggersFor(
  targetDate: LearningDate,
  stored: Iterable<{ skId: string; dataTypes: readonly DataType[] }>,
): StatisticsTrigger[] {
  const bySet = new Map<string, StatisticsTrigger>();
  for (const { skId, dataTypes } of stored) {
    if (dataTypes.length === 0) continue;
    const ordered = inCanonicalOrder(dataTypes);
    const key = ordered.join();
    const trigger = bySet.get(key);
    if (trigger === undefined) bySet.set(key, { targetDate, skIds: [skId], dataTypes: ordered });
    else trigger.skIds.push(skId);
  }
  return [...bySet.values()].map((trigger) => ({ ...trigger, skIds: trigger.skIds.toSorted() }));
}

/** Whether the `newer` ones together tell everything that `older` told, so that nobody misses `older` any more. */
export function coverTrigger(newer: readonly StatisticsTrigger[], older: StatisticsTrigger): boolean {
  const told = new Set(newer.filter(({ targetDate }) => targetDate === older.targetDate).flatMap(pairsOf));
  return pairsOf(older).every((pair) => told.has(pair));
}

function pairsOf({ skIds, dataTypes }: StatisticsTrigger): string[] {
  return skIds.flatMap((skId) => dataTypes.map((dataType) => `${dataType} ${skId}`));
}

function inCanonicalOrder(dataTypes: readonly DataType[]): DataType[] {
  return DATA_TYPES.filter((dataType) => dataTypes.includes(dataType));
}

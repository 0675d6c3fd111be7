import { DATA_TYPES, type DataType } from './data-type';
import type { LearningDate } from '../shared/learning-date';

/** Announces to the statistics server that these data types of these cohorts are stored whole for the date. */
export interface StatisticsTrigger {
  targetDate: LearningDate;
  skIds: string[];
  dataTypes: DataType[];
}

/** The body of the request (contract section 3). The same trigger always has the same body, byte for byte. */
export function statisticsTriggerBody({ targetDate, skIds, dataTypes }: StatisticsTrigger): string {
  return JSON.stringify({ sk_ids: skIds, target_date: targetDate, data_types: inCanonicalOrder(dataTypes) });
}

/**
 * One trigger for each set of data types that cohorts have in common, with its cohorts sorted. A cohort without stored data
 * types is in no trigger.
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

/** Whether the `newer` triggers together announce every cohort and data type of `older`. */
export function coversTrigger(newer: readonly StatisticsTrigger[], older: StatisticsTrigger): boolean {
  const announced = new Set(newer.filter(({ targetDate }) => targetDate === older.targetDate).flatMap(pairsOf));
  return pairsOf(older).every((pair) => announced.has(pair));
}

function pairsOf({ skIds, dataTypes }: StatisticsTrigger): string[] {
  return skIds.flatMap((skId) => dataTypes.map((dataType) => `${dataType} ${skId}`));
}

function inCanonicalOrder(dataTypes: readonly DataType[]): DataType[] {
  return DATA_TYPES.filter((dataType) => dataTypes.includes(dataType));
}

import type { LearningDate } from '../shared/learning-date';
import type { DataType } from './data-type';

interface Failure {
  /** Where several dates are collected. */
  date?: LearningDate;
  skId: string;
  dataType: DataType;
  /** A sentence for operators. */
  message: string;
}

/**
 * Groups a cohort's failures of a date that have the same message: one cause, such as an account on hold, fails all its data types. The
 * groups are in the order of their first failures.
 */
export function failuresByReason<Failed extends Failure>(
  failures: readonly Failed[],
): (Omit<Failed, 'dataType'> & { dataTypes: DataType[] })[] {
  const groups = new Map<string, Omit<Failed, 'dataType'> & { dataTypes: DataType[] }>();
  for (const { dataType, ...failure } of failures) {
    const key = `${failure.date} ${failure.skId} ${failure.message}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { ...failure, dataTypes: [dataType] });
    else group.dataTypes.push(dataType);
  }
  return [...groups.values()];
}

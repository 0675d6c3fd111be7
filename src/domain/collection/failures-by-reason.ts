import type { DataType } from './data-type';

interface Failure {
  skId: string;
  dataType: DataType;
  /** A sentence for operators. */
  message: string;
}

/**
 * What failed of one cohort for one reason, together: an account that is held fails all its data types. In the order in
 * which the reasons first come.
 */
export function failuresByReason<Failed extends Failure>(
  failures: readonly Failed[],
): (Omit<Failed, 'dataType'> & { dataTypes: DataType[] })[] {
  const groups = new Map<string, Omit<Failed, 'dataType'> & { dataTypes: DataType[] }>();
  for (const { dataType, ...reason } of failures) {
    const key = `${reason.skId} ${reason.message}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { ...reason, dataTypes: [dataType] });
    else group.dataTypes.push(dataType);
  }
  return [...groups.values()];
}

import type { BodyEnds } from '../access/running-exchange';

/**
 * The value of a field whose name occurs once, in a JSON text of which only the ends are known; undefined where they do not
 * hold it. A quote within a JSON string is escaped, so no text of a learner can look like the field.
 */
export function findInEnds({ head, tail }: BodyEnds, field: string): string | number | null | undefined {
  const pattern = new RegExp(`"${field}"\\s*:\\s*(null|-?\\d+|"(?:[^"\\\\]|\\\\.)*")`);
  const found = pattern.exec(head.toString('utf8')) ?? pattern.exec(tail.toString('utf8'));
  return found?.[1] === undefined ? undefined : (JSON.parse(found[1]) as string | number | null);
}

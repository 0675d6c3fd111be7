import type { Segment } from '../../../src/domain/completion/watched-segments';

/** The answer to each call of the progress API (contract section 7). */
export interface ProgressAnswer {
  completionVideoTime: number;
  totalVideoTime: number;
  completed: boolean;
  completedAt: string | null;
}

/** Why a lesson is, or is not, completed. Times are milliseconds of the video. */
export interface ProgressExplanation {
  credited: Segment[];
  refused: { at: string; milliseconds: number; reason: string }[];
  missing: { milliseconds: number; segments: Segment[] };
  sentence: string;
}

export interface ExplainedAnswer extends ProgressAnswer {
  explanation: ProgressExplanation;
}

/** @returns undefined for something else: the log-in page of a portal comes with status 200 too */
export function parseAnswer(value: unknown): ProgressAnswer | undefined {
  const { completionVideoTime, totalVideoTime, completed, completedAt } = fieldsOf(value);
  if (!isTime(completionVideoTime) || !isTime(totalVideoTime) || typeof completed !== 'boolean') return undefined;
  return {
    completionVideoTime,
    totalVideoTime,
    completed,
    completedAt: typeof completedAt === 'string' ? completedAt : null,
  };
}

export function parseExplainedAnswer(value: unknown): ExplainedAnswer | undefined {
  const answer = parseAnswer(value);
  const { credited, refused, missing, sentence } = fieldsOf(fieldsOf(value).explanation);
  const { milliseconds, segments } = fieldsOf(missing);
  const creditedParts = listOf(credited, parsePart);
  const missingParts = listOf(segments, parseSegment);
  const refusals = listOf(refused, parseRefusal);
  if (answer === undefined || creditedParts === undefined || missingParts === undefined || refusals === undefined) {
    return undefined;
  }
  if (!isTime(milliseconds) || typeof sentence !== 'string') return undefined;
  return {
    ...answer,
    explanation: {
      credited: creditedParts,
      refused: refusals,
      missing: { milliseconds, segments: missingParts },
      sentence,
    },
  };
}

export function parseSegment(value: unknown): Segment | undefined {
  const [from, to] = Array.isArray(value) ? (value as unknown[]) : [];
  return isTime(from) && isTime(to) && from < to ? [from, to] : undefined;
}

/** @returns undefined unless `value` is a list and `parse` accepts each of its items */
export function listOf<Item>(value: unknown, parse: (item: unknown) => Item | undefined): Item[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const items = value.map(parse).filter((item) => item !== undefined);
  return items.length === value.length ? items : undefined;
}

export function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

export function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function parsePart(value: unknown): Segment | undefined {
  const { from, to } = fieldsOf(value);
  return parseSegment([from, to]);
}

function parseRefusal(value: unknown): ProgressExplanation['refused'][number] | undefined {
  const { at, milliseconds, reason } = fieldsOf(value);
  return typeof at === 'string' && isTime(milliseconds) && typeof reason === 'string'
    ? { at, milliseconds, reason }
    : undefined;
}

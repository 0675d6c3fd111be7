import type { Segment } from '../../../src/domain/completion/watched-segments';

/** What the progress API answers to each call (contract section 7). */
export interface ProgressAnswer {
  completionVideoTime: number;
  totalVideoTime: number;
  completed: boolean;
  completedAt: string | null;
}

/** Why a lesson is, or is not, completed: for the learner. Times in milliseconds of the video. */
export interface ProgressExplanation {
  credited: Segment[];
  refused: { at: string; milliseconds: number; reason: string }[];
  missing: { milliseconds: number; segments: Segment[] };
  sentence: string;
}

export interface ExplainedAnswer extends ProgressAnswer {
  explanation: ProgressExplanation;
}

/** @returns undefined for what is no such answer: a portal's log-in page also comes with 200 */
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

/** @returns undefined unless `value` is a list of nothing but what `parse` takes */
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

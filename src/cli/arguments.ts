import { InvalidArgumentError } from 'commander';
import type { z } from 'zod';
import { cohortIdSchema } from '../domain/accounts/cohort-account';
import { dataTypeSchema, DATA_TYPES, type DataType } from '../domain/collection/data-type';
import { learningDateSchema, type LearningDate } from '../domain/shared/learning-date';

/** @throws InvalidArgumentError, to which commander adds the option's name */
function parse<Schema extends z.ZodType>(schema: Schema, value: string): z.output<Schema> {
  const result = schema.safeParse(value);
  if (!result.success) throw new InvalidArgumentError(`It ${result.error.issues[0]?.message}.`);
  return result.data;
}

export function parseDate(value: string): LearningDate {
  return parse(learningDateSchema, value);
}

export function parseCohort(value: string): string {
  return parse(cohortIdSchema, value);
}

/** For an option that takes several values and may be repeated. */
export function appendCohort(value: string, earlier: readonly string[] = []): string[] {
  return [...earlier, parseCohort(value)];
}

export function appendDataType(value: string, earlier: readonly DataType[] = []): DataType[] {
  const result = dataTypeSchema.safeParse(value);
  if (!result.success) throw new InvalidArgumentError(`It must be one of ${DATA_TYPES.join(', ')}.`);
  return [...earlier, result.data];
}

import type { z } from 'zod';
import { describeIssues } from '../../domain/shared/describe-issues';
import { ServiceError } from '../../domain/shared/service-error';

/**
 * Parses an activity's input: an older or newer version of the workflow may have written it.
 * @throws ServiceError INPUT_INVALID, without the values
 */
export function parseInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input);
  if (!result.success)
    throw new ServiceError('INPUT_INVALID', `Wrong input: ${describeIssues(result.error, 'input')}.`);
  return result.data;
}

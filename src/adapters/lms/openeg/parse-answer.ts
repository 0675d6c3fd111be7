import { z } from 'zod';
import { describeIssues } from '../../../domain/shared/describe-issues';
import { FailedTry } from '../access/tries';
import { lmsFailure, type LmsSubject } from '../lms-failure';

/** A page can be wrong in hundreds of places; a few of them are enough to see why. */
const MOST_FIELDS_NAMED = 3;

/** @throws FailedTry LMS_BAD_PAGE for an answer without the form that it should have */
export function parseAnswer<Answer extends z.ZodType>(
  answer: Answer,
  json: unknown,
  subject: LmsSubject,
): z.output<Answer> {
  const parsed = answer.safeParse(json);
  if (!parsed.success) throw new FailedTry(lmsFailure(subject, 'LMS_BAD_PAGE', describeMisfit(parsed.error)), true);
  return parsed.data;
}

function describeMisfit(error: z.ZodError): string {
  const more = error.issues.length - MOST_FIELDS_NAMED;
  const fields = describeIssues(new z.ZodError(error.issues.slice(0, MOST_FIELDS_NAMED)), 'answer');
  return `answered data that does not fit: ${fields}${more > 0 ? ` (and ${more} more)` : ''}`;
}

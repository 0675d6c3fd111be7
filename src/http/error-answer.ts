import { z } from 'zod';
import { API_ERRORS, type ApiErrorCode } from '../domain/shared/api-errors';

/** The body of every answer with an error (contract section 7). */
const errorAnswerSchema = z.object({
  code: z.enum(Object.keys(API_ERRORS) as [ApiErrorCode, ...ApiErrorCode[]]),
  message: z.string(),
  details: z.unknown().optional(),
});

export type ErrorAnswer = z.output<typeof errorAnswerSchema>;

/** The answers of a route's schema for these statuses. The API's documentation shows the codes of each status. */
export function describeErrors(statuses: readonly number[]) {
  return Object.fromEntries(statuses.map((status) => [status, errorAnswerSchema.describe(codesOf(status))]));
}

function codesOf(status: number): string {
  const codes = Object.entries(API_ERRORS).filter(([, ofCode]) => ofCode === status);
  return codes.map(([code]) => code).join(', ');
}

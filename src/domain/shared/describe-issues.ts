import type { z } from 'zod';

/**
 * One sentence that names every wrong field. It holds paths and expectations, never the values, for those may be
 * secret or personal.
 */
export function describeIssues(error: z.ZodError, root = 'value'): string {
  return error.issues
    .map((issue) => `${issue.path.length === 0 ? root : issue.path.map(String).join('.')}: ${issue.message}`)
    .join('; ');
}

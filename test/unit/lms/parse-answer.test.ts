import { FailedTry } from '../../../src/adapters/lms/access/tries';
import { parseAnswer } from '../../../src/adapters/lms/openeg/parse-answer';
import { pageSchema, taskSchema } from '../../../src/adapters/lms/openeg/wire-schemas';
import type { ServiceError } from '../../../src/domain/shared/service-error';

const page = pageSchema(taskSchema);
const subject = { operation: 'listTasks', skId: 'SK001' };

function failureOf(json: unknown): ServiceError {
  try {
    parseAnswer(page, json, subject);
  } catch (error) {
    if (error instanceof FailedTry) return error.failure;
  }
  throw new Error('The answer was parsed.');
}

it('returns the parsed answer', () => {
  expect(parseAnswer(page, { items: [], nextCursor: null, more: 1 }, subject)).toEqual({ items: [], nextCursor: null });
});

it('names a few of the fields that do not fit, how many more there are, and none of their values', () => {
  const items = Array.from({ length: 60 }, () => ({
    taskId: 'Kim Minji',
    title: 1234567,
    submissionType: 'Kim Minji',
  }));
  const { code, message } = failureOf({ items, nextCursor: null });
  expect(code).toBe('LMS_BAD_PAGE');
  expect(message).toContain('items.0.title: ');
  expect(message).toContain('items.0.submissionType: ');
  expect(message).toContain('items.1.title: ');
  expect(message).toContain('(and 117 more)');
  expect(message).not.toMatch(/Kim|1234567/);
  const [, misfit = ''] = /the LMS (.*)\. It is tried again later/s.exec(message) ?? [];
  expect(misfit.length).toBeGreaterThan(0);
  expect(misfit.length).toBeLessThan(400);
});

it('calls it the answer when no field is wrong but the whole', () => {
  expect(failureOf(null).message).toContain('the LMS answered data that does not fit: answer: ');
});

import { pageSchema, taskSchema } from '../../../src/adapters/lms/openeg/wire-schemas';
import { describeMisfit, lmsFailure } from '../../../src/adapters/lms/lms-failure';

it('names cohort, operation and what to do, and carries the wait', () => {
  const failure = lmsFailure({ operation: 'listTasks', skId: 'SK001' }, 'LMS_UNAVAILABLE', 'answered 503', 3_000);
  expect(failure).toMatchObject({ code: 'LMS_UNAVAILABLE', retryAfterMs: 3_000 });
  expect(failure.message).toMatch(/^Cohort SK001, listTasks: the LMS answered 503\. It is tried again/);
});

it('names a few of the fields that do not fit, how many more there are, and none of their values', () => {
  const page = {
    items: Array.from({ length: 60 }, () => ({ taskId: 'Kim Minji', title: 1234567, submissionType: 'Kim Minji' })),
    nextCursor: null,
  };
  const { error } = pageSchema(taskSchema).safeParse(page);
  const sentence = describeMisfit(error!);
  expect(sentence).toContain('items.0.title: ');
  expect(sentence).toContain('items.0.submissionType: ');
  expect(sentence).toContain('items.1.title: ');
  expect(sentence).toContain('(and 117 more)');
  expect(sentence).not.toMatch(/Kim|1234567/);
  expect(sentence.length).toBeLessThan(400);
});

it('speaks of the answer when the whole of it is something else', () => {
  const { error } = pageSchema(taskSchema).safeParse(null);
  expect(describeMisfit(error!)).toMatch(/^answered data that does not fit: answer: /);
});

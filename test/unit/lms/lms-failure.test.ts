import { lmsFailure } from '../../../src/adapters/lms/lms-failure';

it('names cohort, operation and what to do, and carries the wait', () => {
  const failure = lmsFailure({ operation: 'listTasks', skId: 'SK001' }, 'LMS_UNAVAILABLE', 'answered 503', 3_000);
  expect(failure).toMatchObject({ code: 'LMS_UNAVAILABLE', retryAfterMs: 3_000 });
  expect(failure.message).toMatch(/^Cohort SK001, listTasks: the LMS answered 503\. It is tried again/);
});

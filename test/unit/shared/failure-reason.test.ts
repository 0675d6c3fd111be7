import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  RetryState,
  TerminatedFailure,
  TimeoutFailure,
} from '@temporalio/common';
import { failureReason } from '../../../src/workflows/shared/failure-reason';

const activityFailure = (cause: Error) =>
  new ActivityFailure(
    'Activity task failed',
    'collectDataset',
    '1',
    RetryState.RETRY_STATE_UNSPECIFIED,
    'worker',
    cause,
  );
const childFailure = (cause: Error) =>
  new ChildWorkflowFailure(
    'default',
    { workflowId: 'collection/D/SK', runId: 'r' },
    'cohortCollection',
    RetryState.RETRY_STATE_UNSPECIFIED,
    cause,
  );

it.each([
  {
    why: 'a service error',
    error: activityFailure(ApplicationFailure.create({ type: 'LMS_BAD_PAGE', message: 'watchedSeconds is missing' })),
    code: 'LMS_BAD_PAGE',
    message: /^watchedSeconds is missing$/,
  },
  {
    why: 'of a child',
    error: childFailure(activityFailure(ApplicationFailure.create({ type: 'COHORT_INACTIVE', message: 'no' }))),
    code: 'COHORT_INACTIVE',
    message: /^no$/,
  },
  {
    why: 'a killed worker, twenty times',
    error: activityFailure(new TimeoutFailure('activity timeout', undefined, 'HEARTBEAT')),
    code: 'COLLECTION_TIMED_OUT',
    message: /HEARTBEAT/,
  },
  {
    why: 'cancelled',
    error: childFailure(new CancelledFailure('x')),
    code: 'COLLECTION_CANCELLED',
    message: /cancelled/,
  },
  { why: 'terminated', error: childFailure(new TerminatedFailure('x')), code: 'UNEXPECTED', message: /terminated/ },
  { why: 'without a type', error: ApplicationFailure.create({ message: 'm' }), code: 'UNEXPECTED', message: /^m$/ },
  { why: 'anything', error: new Error('quotes data'), code: 'UNEXPECTED', message: /^It ended without a result/ },
])('$why: $code', ({ error, code, message }) => {
  const reason = failureReason(error);
  expect(reason.code).toBe(code);
  expect(reason.message).toMatch(message);
});

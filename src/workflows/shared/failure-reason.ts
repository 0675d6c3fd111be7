import { ActivityFailure, ApplicationFailure, ChildWorkflowFailure, TimeoutFailure } from '@temporalio/common';
import { isCancellation } from '@temporalio/workflow';
import type { ErrorCode } from '../../domain/shared/service-error';

export interface FailureReason {
  code: string;
  /** A sentence for operators, without secrets and names of people. */
  message: string;
}

/** Why an activity or a child workflow of a collection failed, read from the innermost failure. */
export function failureReason(error: unknown): FailureReason {
  if (isCancellation(error)) {
    return { code: 'COLLECTION_CANCELLED' satisfies ErrorCode, message: 'It was cancelled before it ended.' };
  }
  if (error instanceof ActivityFailure || error instanceof ChildWorkflowFailure) return failureReason(error.cause);
  if (error instanceof ApplicationFailure) {
    return { code: error.type ?? ('UNEXPECTED' satisfies ErrorCode), message: error.message };
  }
  if (error instanceof TimeoutFailure) {
    return {
      code: 'COLLECTION_TIMED_OUT' satisfies ErrorCode,
      message: `No worker finished it in time (${error.timeoutType}). Look whether workers run, then collect again.`,
    };
  }
  return { code: 'UNEXPECTED' satisfies ErrorCode, message: 'It ended without a result, perhaps terminated by hand.' };
}

/**
 * Whether an activity failed. Other errors end the workflow: a cancellation, or a fault in workflow code, which a corrected
 * version repairs.
 */
export function isActivityFailure(error: unknown): error is ActivityFailure {
  return error instanceof ActivityFailure && !isCancellation(error);
}

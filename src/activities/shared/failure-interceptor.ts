import { CompleteAsyncError, type Context } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory, CancelledFailure, TemporalFailure } from '@temporalio/common';
import { loggableError } from '../../domain/shared/loggable-error';
import { ServiceError, type ErrorCode } from '../../domain/shared/service-error';

/** Another worker picks up what this one leaves behind after this time; the contract leaves two seconds. */
const HAND_OVER_DELAY_MS = 100;

/**
 * The one place where an activity's error becomes what Temporal sees: the code as type, retried or not as the code
 * says. The message of an error that nobody foresaw may quote data, so it stays out of histories and logs; its name and
 * where it was thrown are logged. While the process ends (`isStopping`), whatever another try could mend is handed over.
 */
export function createFailureInterceptor(isStopping: () => boolean) {
  return (context: Context) => ({
    inbound: {
      async execute<Input>(input: Input, next: (input: Input) => Promise<unknown>): Promise<unknown> {
        try {
          return await next(input);
        } catch (error) {
          throw toFailure(error, context, isStopping());
        }
      },
    },
  });
}

function toFailure(error: unknown, context: Context, stopping: boolean): unknown {
  if (error instanceof CompleteAsyncError) return error;
  const cancellation: unknown = context.cancellationSignal.reason;
  const shuttingDown = cancellation instanceof CancelledFailure && cancellation.message === 'WORKER_SHUTDOWN';
  if ((stopping || shuttingDown) && isWorthAnotherTry(error)) return handedOver();
  if (cancellation instanceof CancelledFailure) return cancellation;
  if (error instanceof ServiceError) return ofServiceError(error);
  if (error instanceof TemporalFailure) return error;
  context.log.error('An activity failed in a way that nobody foresaw', loggableError(error));
  return ApplicationFailure.create({
    type: 'UNEXPECTED' satisfies ErrorCode,
    message: 'An error that nobody foresaw: the log of the worker says where it was thrown.',
  });
}

function isWorthAnotherTry(error: unknown): boolean {
  if (error instanceof ServiceError) return error.retryable;
  return !(error instanceof ApplicationFailure && error.nonRetryable === true);
}

function handedOver(): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'WORKER_STOPPING' satisfies ErrorCode,
    message: 'The worker is being stopped; another one goes on.',
    nextRetryDelay: HAND_OVER_DELAY_MS,
    category: ApplicationFailureCategory.BENIGN,
  });
}

function ofServiceError(error: ServiceError): ApplicationFailure {
  return ApplicationFailure.create({
    type: error.code,
    message: error.message,
    nonRetryable: !error.retryable,
    ...(error.retryAfterMs === undefined ? {} : { nextRetryDelay: error.retryAfterMs }),
  });
}

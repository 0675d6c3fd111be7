import { CompleteAsyncError, type Context } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory, CancelledFailure, TemporalFailure } from '@temporalio/common';
import { loggableError } from '../../domain/shared/loggable-error';
import { ServiceError, type ErrorCode } from '../../domain/shared/service-error';

/** The wait before another worker repeats an interrupted activity. It is short: a stop must delay no check. */
const HAND_OVER_DELAY_MS = 100;

/**
 * Turns an activity's error into the failure that Temporal records: the error code becomes its type and decides whether
 * the activity is retried. The message of an unforeseen error may quote data, so histories and logs do not contain it;
 * the log has its class and its stack's frames. While the process ends (`isStopping`), an activity that another try could
 * mend is left to another worker at once.
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
  if ((stopping || isShuttingDown(context)) && isWorthAnotherTry(error)) return handedOver();
  if (cancellation instanceof CancelledFailure) return cancellation;
  if (error instanceof ServiceError) return ofServiceError(error);
  if (error instanceof TemporalFailure) return error;
  context.log.error('An activity failed in a way that nobody foresaw', loggableError(error));
  return ApplicationFailure.create({
    type: 'UNEXPECTED' satisfies ErrorCode,
    message: 'An error that nobody foresaw: the log of the worker says where it was thrown.',
  });
}

/** The server's reasons for a cancellation are flags. Where none is set, the SDK itself cancels, because the worker stops. */
function isShuttingDown({ cancellationSignal, cancellationDetails }: Context): boolean {
  const { workerShutdown, cancelRequested, paused, reset, timedOut, notFound } = cancellationDetails ?? {};
  const isByServer = [cancelRequested, paused, reset, timedOut, notFound].includes(true);
  return cancellationSignal.aborted && (workerShutdown === true || !isByServer);
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

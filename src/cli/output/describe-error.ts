import {
  isGrpcServiceError,
  ServiceError as TemporalServiceError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { ServiceError } from '../../domain/shared/service-error';
import { CommandFailed, UsageError } from './errors';

/** gRPC's numbers; its package is not ours to import. */
const DEADLINE_EXCEEDED = 4;
const NOT_FOUND = 5;
const PERMISSION_DENIED = 7;
const UNAVAILABLE = 14;
const UNAUTHENTICATED = 16;

/** What Temporal's client throws, as an error of ours where its meaning is known; other errors come back as they are. */
export function translateTemporalError(error: unknown): unknown {
  const code = grpcCodeOf(error);
  if (code === UNAVAILABLE || code === DEADLINE_EXCEEDED) {
    return new ServiceError('TEMPORAL_UNAVAILABLE', 'Temporal does not answer: see whether it runs, then try again.');
  }
  if (code === PERMISSION_DENIED || code === UNAUTHENTICATED) {
    return new ServiceError(
      'TEMPORAL_UNAVAILABLE',
      'Temporal refuses this client: check TEMPORAL_API_KEY and TEMPORAL_TLS….',
    );
  }
  if (code === NOT_FOUND) {
    return new ServiceError('TEMPORAL_UNAVAILABLE', 'Temporal does not know the namespace: check TEMPORAL_NAMESPACE.');
  }
  if (error instanceof WorkflowUpdateFailedError) {
    return new ServiceError('INPUT_INVALID', error.cause?.message ?? 'The request was refused.');
  }
  return error;
}

/** One sentence for stderr. */
export function describeForOperator(error: unknown): string {
  if (error instanceof ServiceError || error instanceof UsageError || error instanceof CommandFailed)
    return error.message;
  return `It failed in a way that nobody foresaw: ${error instanceof Error ? error.message : String(error)}`;
}

function grpcCodeOf(error: unknown): number | undefined {
  const inner = error instanceof TemporalServiceError ? error.cause : error;
  return isGrpcServiceError(inner) ? inner.code : undefined;
}

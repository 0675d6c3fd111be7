import { isGrpcServiceError, ServiceError as TemporalServiceError } from '@temporalio/client';
import type { TemporalConfig } from '../config/config';
import { ServiceError } from '../domain/shared/service-error';

/** Status codes of gRPC. Its package is a dependency of Temporal's client, not of this service. */
const DEADLINE_EXCEEDED = 4;
const NOT_FOUND = 5;
const PERMISSION_DENIED = 7;
const UNAVAILABLE = 14;
const UNAUTHENTICATED = 16;

export function temporalUnavailable({ address }: TemporalConfig): ServiceError {
  return new ServiceError(
    'TEMPORAL_UNAVAILABLE',
    `Temporal can't be reached at ${address}: start it, or set TEMPORAL_ADDRESS, TEMPORAL_TLS… and TEMPORAL_API_KEY.`,
  );
}

export function noWorker(): ServiceError {
  return new ServiceError('TEMPORAL_UNAVAILABLE', 'No worker takes tasks: start one with "openeg worker".');
}

/**
 * Rethrows an error of Temporal's SDK with its message, which names the reason: an unknown namespace, a certificate that
 * is not trusted. Only for errors of connecting and registering: at that moment the SDK has no data to quote.
 * @throws ServiceError TEMPORAL_UNAVAILABLE
 */
export function throwWithReason(error: unknown): never {
  throw new ServiceError('TEMPORAL_UNAVAILABLE', error instanceof Error ? error.message : 'The SDK gave no reason.');
}

/** The ServiceError for a gRPC status that Temporal's client threw; any other error comes back as it is. */
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
  return error;
}

function grpcCodeOf(error: unknown): number | undefined {
  const inner = error instanceof TemporalServiceError ? error.cause : error;
  return isGrpcServiceError(inner) ? inner.code : undefined;
}

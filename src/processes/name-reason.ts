import { ServiceError } from '../domain/shared/service-error';

/**
 * Rethrows what Temporal's SDK threw while connecting or registering, with its reason: a namespace that is not there, a
 * certificate that is not trusted. At that moment the SDK knows no data that its message could quote.
 */
export function nameReason(error: unknown): never {
  throw new ServiceError('TEMPORAL_UNAVAILABLE', error instanceof Error ? error.message : 'The SDK gave no reason.');
}

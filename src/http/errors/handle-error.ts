import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import { loggableError } from '../../domain/shared/loggable-error';
import { ServiceError } from '../../domain/shared/service-error';
import { API_ERRORS } from '../../domain/completion/api-errors';
import { ApiError } from './api-error';
import type { errorAnswerSchema } from '../progress/progress-schemas';

/** Soon enough for a learner who waits, late enough for a database that starts. */
const RETRY_AFTER_SECONDS = 2;

/** Answers every failure as `{ code, message, details? }`, and logs those that are ours. */
export function handleError(error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): void {
  const answer = apiErrorOf(error);
  const status = API_ERRORS[answer.code];
  if (status >= 500) {
    const level = answer.code === 'UNEXPECTED' ? 'error' : 'warn';
    request.log[level](loggableError(error), 'A call failed');
  }
  if (answer.retryAfterSeconds !== undefined) reply.header('retry-after', answer.retryAfterSeconds);
  void reply.code(status).send(bodyOf(answer));
}

export function bodyOf({ code, message, details }: ApiError): z.output<typeof errorAnswerSchema> {
  return details === undefined ? { code, message } : { code, message, details };
}

function apiErrorOf(error: FastifyError | Error): ApiError {
  if (error instanceof ApiError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const fields = error.validation.map(({ instancePath, message }) => ({
      field: instancePath.slice(1).replaceAll('/', '.') || 'body',
      message: message ?? 'is wrong',
    }));
    const sentence = fields.map(({ field, message }) => `${field}: ${message}`).join('; ');
    const code = error.validationContext === 'params' ? 'PATH_INVALID' : 'BODY_INVALID';
    return new ApiError(code, sentence, { details: fields });
  }
  if (error instanceof ServiceError && error.retryable) {
    return new ApiError('UNAVAILABLE', 'Nothing can be stored just now. Try again with the same saveId.', {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    });
  }
  return ofFastify(error);
}

/** Errors that the framework raises before a route's own code. */
function ofFastify(error: FastifyError | Error): ApiError {
  switch ('code' in error ? error.code : undefined) {
    case 'FST_ERR_BAD_URL':
      return new ApiError('PATH_INVALID', 'The path is not percent-encoded as it should be.');
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new ApiError('BODY_TOO_LARGE', 'The body is too large.');
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new ApiError('MEDIA_TYPE_UNSUPPORTED', 'The body must be application/json.');
    case 'FST_ERR_HANDLER_TIMEOUT':
      return new ApiError('UNAVAILABLE', 'It took too long. Try again with the same saveId.', {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    default:
      return 'statusCode' in error && error.statusCode === 400
        ? new ApiError('BODY_INVALID', 'The body is no JSON object.')
        : new ApiError('UNEXPECTED', 'Something went wrong here. Try again with the same saveId.');
  }
}

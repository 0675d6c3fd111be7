import type { FastifyReply, FastifyRequest } from 'fastify';
import { memberNoSchema } from '../../domain/completion/lesson-key';
import { ApiError } from '../api-error';

declare module 'fastify' {
  interface FastifyRequest {
    /** The member of the call's token; null on routes without a token. */
    memberNo: string | null;
  }
}

/**
 * The hook that checks the token of every call of the progress API: a JWT that is not expired and whose `sub` is a member
 * number (contract section 7). @fastify/jwt is set up to accept HS256 alone.
 * @throws ApiError TOKEN_MISSING, TOKEN_INVALID
 */
export async function authenticate(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (request.headers.authorization === undefined) {
    reply.header('www-authenticate', 'Bearer');
    throw new ApiError('TOKEN_MISSING', 'The header Authorization: Bearer … is missing.');
  }
  const claims: unknown = await request.jwtVerify().catch(() => undefined);
  const member = memberNoSchema.safeParse(Object(claims).sub);
  if (!member.success) {
    reply.header('www-authenticate', 'Bearer error="invalid_token"');
    throw new ApiError('TOKEN_INVALID', 'The token is expired, or not one of this service: get a new one.');
  }
  request.memberNo = member.data;
}

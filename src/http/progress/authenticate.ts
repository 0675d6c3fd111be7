import type { FastifyReply, FastifyRequest } from 'fastify';
import { memberNoSchema } from '../../domain/completion/lesson-key';
import { ApiError } from '../errors';

declare module 'fastify' {
  interface FastifyRequest {
    /** The member whose token the call carries; null on routes that ask for none. */
    memberNo: string | null;
  }
}

/**
 * Hook of every route of the progress API: a JWT signed with HS256 (@fastify/jwt is told to take nothing else), not
 * expired, whose `sub` is a member number.
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

import type { LmsKnobs } from '../knobs';
import { emptied } from './broken-values';
import type { CohortWorld } from './cohort-world';
import type { LmsAccounts } from './lms-accounts';
import { answerCohortRequest, type LmsAnswer, type LmsRequest } from './lms-operations';

export interface LmsParts {
  knobs: LmsKnobs;
  cohorts: ReadonlyMap<string, CohortWorld>;
  accounts: LmsAccounts;
  /** The LMS's clock, epoch milliseconds. */
  now: () => number;
}

export const TOKEN_EXPIRED: LmsAnswer = { status: 401, code: 'TOKEN_EXPIRED', message: 'the token is over' };

/** Checks the token and the cohort of a request, then answers it. A log-in needs no token. */
export function authorizedAnswer(parts: LmsParts, request: LmsRequest): LmsAnswer {
  const { knobs, cohorts, accounts, now } = parts;
  if (request.operation === 'login') return logIn(accounts, request.body);
  const owner = accounts.ownerOf(request.token);
  const world = cohorts.get(request.skId);
  if (owner === null || accounts.answersDead(request.token)) {
    const isUnauthorized = owner === null && knobs.deadSession === 'unauthorized';
    if (isUnauthorized || request.token === null || world === undefined) return TOKEN_EXPIRED;
    // A dead session reports no completion, so the body is left out.
    const answer = answerCohortRequest({ ...request, body: undefined }, world, knobs, now());
    return 'value' in answer ? { status: 200, value: emptied(answer.value) } : answer;
  }
  if (world === undefined) return { status: 404, code: 'NOT_FOUND', message: 'no such cohort' };
  // Cohorts with the same account share its token.
  if (world.account.loginId !== owner) {
    return { status: 403, code: 'FORBIDDEN', message: 'the cohort belongs to another account' };
  }
  return answerCohortRequest(request, world, knobs, now());
}

function logIn(accounts: LmsAccounts, body: unknown): LmsAnswer {
  const { loginId, password } = (body ?? {}) as { loginId?: unknown; password?: unknown };
  if (typeof loginId !== 'string' || typeof password !== 'string') {
    return { status: 400, code: 'BAD_REQUEST', message: 'loginId and password are required' };
  }
  const login = accounts.logIn(loginId, password);
  if (login.outcome === 'locked') return { status: 423, code: 'ACCOUNT_LOCKED', message: 'too many wrong passwords' };
  if (login.outcome === 'refused') {
    return { status: 401, code: 'INVALID_CREDENTIALS', message: 'wrong loginId or password' };
  }
  return { status: 200, value: { accessToken: login.accessToken, expiresIn: login.expiresIn } };
}

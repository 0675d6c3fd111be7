import { randomBytes } from 'node:crypto';
import type { LmsKnobs } from '../knobs';

export type LoginOutcome =
  { outcome: 'ok'; accessToken: string; expiresIn: number } | { outcome: 'refused' } | { outcome: 'locked' };

export interface LmsAccounts {
  /** Adds an account, or changes its password. */
  set(loginId: string, password: string): void;
  logIn(loginId: string, password: string): LoginOutcome;
  /** The account of a token; null when the token is over, unknown or missing. */
  ownerOf(token: string | null): string | null;
  /** Counts an answer to the token. True when its session died quietly before it. */
  answersDead(token: string | null): boolean;
  revokeToken(token: string): void;
  /** Revokes all tokens of the account, or of all accounts. Returns how many. */
  revokeTokens(loginId?: string): number;
  unlock(loginId: string): void;
  counts(): { logins: number; wrongPasswords: number; refusedWhileLocked: number; lockedAccounts: string[] };
  resetCounts(): void;
}

/** Accounts, tokens and locks by the rules at the top of lms-api.openapi.yaml, and by the LMS's clock. */
export function createLmsAccounts(knobs: LmsKnobs, now: () => number): LmsAccounts {
  interface Account {
    password: string;
    tokens: Set<string>;
    wrongPasswordsAtMs: number[];
    lockedUntilMs: number;
    sessions: number;
  }
  const accounts = new Map<string, Account>();
  const tokens = new Map<string, { loginId: string; expiresAtMs: number; session: number; answers: number }>();
  const everLocked = new Set<string>();
  let logins = 0;
  let wrongPasswords = 0;
  let refusedWhileLocked = 0;

  function revokeToken(token: string): void {
    const known = tokens.get(token);
    if (known === undefined) return;
    tokens.delete(token);
    accounts.get(known.loginId)?.tokens.delete(token);
  }

  function revokeAll(account: Account): number {
    const count = account.tokens.size;
    for (const token of account.tokens) tokens.delete(token);
    account.tokens.clear();
    return count;
  }

  return {
    set(loginId, password) {
      const known = accounts.get(loginId);
      if (known !== undefined) known.password = password;
      else
        accounts.set(loginId, { password, tokens: new Set(), wrongPasswordsAtMs: [], lockedUntilMs: 0, sessions: 0 });
    },

    logIn(loginId, password) {
      const account = accounts.get(loginId);
      // The same answer as for a wrong password, so it does not show which accounts exist.
      if (account === undefined) return { outcome: 'refused' };
      // The right password is refused too. Attempts during the lock do not extend it.
      if (account.lockedUntilMs > now()) {
        refusedWhileLocked += 1;
        return { outcome: 'locked' };
      }
      if (account.password !== password) {
        wrongPasswords += 1;
        const windowStartMs = now() - knobs.wrongPasswordWindowMs;
        account.wrongPasswordsAtMs = [...account.wrongPasswordsAtMs.filter((at) => at > windowStartMs), now()];
        if (account.wrongPasswordsAtMs.length >= knobs.wrongPasswordLimit) {
          account.lockedUntilMs = now() + knobs.lockMs;
          // After the lock the count starts at 0.
          account.wrongPasswordsAtMs = [];
          everLocked.add(loginId);
        }
        return { outcome: 'refused' };
      }
      if (knobs.loginRevokesEarlierTokens) revokeAll(account);
      const accessToken = `sim-${randomBytes(18).toString('base64url')}`;
      account.tokens.add(accessToken);
      account.sessions += 1;
      tokens.set(accessToken, {
        ...{ loginId, expiresAtMs: now() + knobs.tokenLifetimeMs, session: account.sessions, answers: 0 },
      });
      logins += 1;
      return { outcome: 'ok', accessToken, expiresIn: knobs.expiresInSeconds };
    },

    ownerOf(token) {
      const known = token === null ? undefined : tokens.get(token);
      if (known === undefined || token === null) return null;
      if (known.expiresAtMs > now()) return known.loginId;
      revokeToken(token);
      return null;
    },

    answersDead(token) {
      const known = token === null ? undefined : tokens.get(token);
      const death = knobs.quietDeaths.find(({ session }) => session === known?.session);
      if (known === undefined || death === undefined) return false;
      known.answers += 1;
      return known.answers > death.afterAnswers;
    },

    revokeToken,
    revokeTokens(loginId) {
      let revoked = 0;
      for (const [id, account] of accounts) if (loginId === undefined || id === loginId) revoked += revokeAll(account);
      return revoked;
    },
    unlock(loginId) {
      const account = accounts.get(loginId);
      if (account !== undefined) account.lockedUntilMs = 0;
    },
    counts: () => ({ logins, wrongPasswords, refusedWhileLocked, lockedAccounts: [...everLocked] }),
    resetCounts() {
      logins = 0;
      wrongPasswords = 0;
      refusedWhileLocked = 0;
      everLocked.clear();
    },
  };
}

import { ServiceError } from '../../../domain/shared/service-error';
import type { Database } from '../../database/core/database';
import { releaseLmsLease, renewLmsLease, takeLmsLease } from '../../database/operations/lms-lease';
import type { Logger } from '../../logger';
import type { Metrics } from '../../metrics';
import { monotonicClock, type MonotonicClock } from '../../shared/monotonic-clock';
import { onAbort } from '../../shared/on-abort';
import { pause } from '../../shared/pause';

/** Pause between two looks at another's lease, and between renewals while the database can't be reached. */
const POLL_MS = 300;
/** The term ends this much earlier for its holder than for the others: what it sent in the last moment is on its way. */
const SAFETY_MARGIN_MS = 250;

export interface LmsLeaseOptions {
  /** Its own small pool with a statement timeout of about a second: a renewal must not queue behind anybody's transaction. */
  database: Database;
  /** Differs between any two processes, and between two lives of one. */
  holder: string;
  /** How long the lease is good without renewal; the default is 4 s. */
  termMs?: number;
  /** From one renewal's start to the next one's; the default is 1 s. */
  renewEveryMs?: number;
  logger: Logger;
  metrics: Pick<Metrics, 'lmsLeaseHeld'>;
  clock?: MonotonicClock;
}

/** The right to talk to the LMS, which one process at a time has (decision: one holder, by a lease in the database). */
export interface LmsLease {
  /**
   * Waits until this process has the lease, through outages of the database, and renews it from then on.
   * `lost` resolves when another process has taken it: `acquire` may then be called again. An abort can come too late,
   * so whoever stops releases what was acquired.
   * @throws the signal's reason
   */
  acquire(signal: AbortSignal): Promise<{ lost: Promise<void> }>;
  /** Whether a request may be sent at this very moment. Asks the process's own clock, nobody else. */
  isHeld(): boolean;
  /** @throws ServiceError LMS_LEASE_LOST when `isHeld` is false */
  assertHeld(): void;
  /**
   * Waits while renewals fail for want of a database.
   * @throws ServiceError LMS_LEASE_LOST when another process has the lease or it was released; the signal's reason
   */
  whenHeld(signal: AbortSignal): Promise<void>;
  /** Gives the lease up; others may have it after `quietInMs`, when nothing that was sent can still be at the LMS. */
  release(options: { quietInMs: number }): Promise<void>;
}

/** One holding, from taking the lease until it is lost or released. */
interface Holding {
  /** On this process's clock. */
  validUntilMs: number;
  renewal: Promise<void>;
  cancelNextRenewal: () => void;
  waiters: Set<{ resolve(): void; reject(error: Error): void }>;
  reportLost: () => void;
}

export function createLmsLease(options: LmsLeaseOptions): LmsLease {
  const { database, holder, termMs = 4_000, renewEveryMs = 1_000, logger, metrics, clock = monotonicClock } = options;
  let holding: Holding | undefined;
  let renewalsFail = false;
  metrics.lmsLeaseHeld.set(0);

  const validUntil = (askedAtMs: number) => askedAtMs + termMs - SAFETY_MARGIN_MS;
  const isHeld = () => holding !== undefined && clock.nowMs() < holding.validUntilMs;

  const end = (ended: Holding) => {
    ended.cancelNextRenewal();
    holding = undefined;
    metrics.lmsLeaseHeld.set(0);
    for (const waiter of ended.waiters) waiter.reject(leaseLost());
    ended.waiters.clear();
  };

  const renew = async (current: Holding) => {
    // Counted from before the question: the database's term can only be longer.
    const askedAtMs = clock.nowMs();
    let nextInMs = POLL_MS;
    try {
      const stillOurs = await renewLmsLease(database, { holder, termMs });
      if (holding !== current) return;
      if (!stillOurs) {
        logger.warn({ holder }, 'Another process has the LMS lease');
        end(current);
        current.reportLost();
        return;
      }
      current.validUntilMs = validUntil(askedAtMs);
      nextInMs = Math.max(0, askedAtMs + renewEveryMs - clock.nowMs());
      if (renewalsFail) logger.info({ holder }, 'The LMS lease is renewed again');
      renewalsFail = false;
    } catch (error) {
      if (!renewalsFail) logger.warn({ holder, ...named(error) }, 'The LMS lease cannot be renewed; requests wait');
      renewalsFail = true;
    }
    if (holding !== current) return;
    metrics.lmsLeaseHeld.set(isHeld() ? 1 : 0);
    if (isHeld()) {
      for (const waiter of current.waiters) waiter.resolve();
      current.waiters.clear();
    }
    current.cancelNextRenewal = clock.after(nextInMs, () => {
      current.renewal = renew(current);
    });
  };

  const begin = (askedAtMs: number): { lost: Promise<void> } => {
    let reportLost = () => {};
    const lost = new Promise<void>((resolve) => {
      reportLost = resolve;
    });
    const begun: Holding = {
      validUntilMs: validUntil(askedAtMs),
      renewal: Promise.resolve(),
      cancelNextRenewal: () => {},
      waiters: new Set(),
      reportLost,
    };
    holding = begun;
    metrics.lmsLeaseHeld.set(isHeld() ? 1 : 0);
    logger.info({ holder }, 'This process has the LMS lease');
    begun.cancelNextRenewal = clock.after(Math.max(0, askedAtMs + renewEveryMs - clock.nowMs()), () => {
      begun.renewal = renew(begun);
    });
    return { lost };
  };

  return {
    async acquire(signal) {
      if (holding !== undefined) throw new Error('The LMS lease is acquired already.');
      for (let unreachable = false; ; await pause(POLL_MS, [signal], clock)) {
        signal.throwIfAborted();
        const askedAtMs = clock.nowMs();
        try {
          if (await takeLmsLease(database, { holder, termMs })) return begin(askedAtMs);
          unreachable = false;
        } catch (error) {
          if (!unreachable) logger.warn({ holder, ...named(error) }, 'The LMS lease cannot be asked for');
          unreachable = true;
        }
      }
    },
    isHeld,
    assertHeld() {
      if (!isHeld()) throw leaseLost();
    },
    async whenHeld(signal) {
      signal.throwIfAborted();
      if (isHeld()) return;
      if (holding === undefined) throw leaseLost();
      const { waiters } = holding;
      await new Promise<void>((resolve, reject) => {
        const waiter = {
          resolve() {
            stopListening();
            resolve();
          },
          reject(error: Error) {
            stopListening();
            reject(error);
          },
        };
        const stopListening = onAbort(signal, () => {
          waiters.delete(waiter);
          waiter.reject(signal.reason as Error);
        });
        waiters.add(waiter);
      });
    },
    async release({ quietInMs }) {
      if (holding === undefined) return;
      const { renewal } = holding;
      end(holding);
      // A renewal that reaches the database after the release would make the others wait for a whole term.
      await renewal;
      try {
        await releaseLmsLease(database, holder, quietInMs);
        logger.info({ holder, quietInMs }, 'The LMS lease is released');
      } catch (error) {
        logger.warn({ holder, ...named(error) }, 'The LMS lease could not be released and will run out by itself');
      }
    },
  };
}

function leaseLost(): ServiceError {
  return new ServiceError(
    'LMS_LEASE_LOST',
    'This process may not talk to the LMS now: another one does, or is about to. The work goes on there by itself.',
  );
}

/** A ServiceError's sentence may be logged; other messages can quote anything. */
function named(error: unknown): { code: string; error?: string } {
  return error instanceof ServiceError ? { code: error.code, error: error.message } : { code: 'UNEXPECTED' };
}

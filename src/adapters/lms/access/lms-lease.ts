import { loggableError } from '../../../domain/shared/loggable-error';
import { ServiceError } from '../../../domain/shared/service-error';
import type { Database } from '../../database/core/database';
import { acquireLmsLease, releaseLmsLease, renewLmsLease } from '../../database/operations/lms-lease-row';
import type { Logger } from '../../logger';
import type { Metrics } from '../../metrics';
import { monotonicClock, type MonotonicClock } from '../../shared/monotonic-clock';
import { onAbort } from '../../shared/on-abort';
import { pause } from '../../shared/pause';
import { LMS_PROCESSING_MS } from '../lms-limits';

const TERM_MS = 4_000;
const RENEW_EVERY_MS = 1_000;
/** From one try to acquire the lease to the next, and between renewals while the database can't be reached. */
const POLL_MS = 300;
/** The owner's term ends this much earlier for itself than in the database: its last request may still be on its way. */
const SAFETY_MARGIN_MS = 250;

export interface LmsLeaseOptions {
  /** A small pool that nothing else uses, with a statement timeout of about a second: no other transaction delays a renewal. */
  database: Database;
  /** Differs between any two processes, and between two runs of one. */
  holder: string;
  /** How long the lease lasts without renewal. */
  termMs?: number;
  /** From one renewal's start to the next one's. */
  renewEveryMs?: number;
  logger: Logger;
  metrics: Pick<Metrics, 'lmsLeaseHeld'>;
  clock?: MonotonicClock;
}

/** From acquiring the lease until it is lost or released. */
interface Ownership {
  /** On this process's clock. */
  validUntilMs: number;
  renewal: Promise<void>;
  cancelNextRenewal: () => void;
  waiters: Set<{ resolve(): void; reject(error: Error): void }>;
  resolveLost: () => void;
}

/** The right to talk to the LMS, which one process at a time owns (decision 0001). */
export class LmsLease {
  private readonly clock: MonotonicClock;
  private readonly holder: string;
  private readonly term: { holder: string; termMs: number; processingMs: number };
  private readonly renewEveryMs: number;
  private ownership: Ownership | undefined;
  private isRenewalFailing = false;

  constructor(private readonly options: LmsLeaseOptions) {
    const { holder, termMs = TERM_MS, renewEveryMs = RENEW_EVERY_MS, clock = monotonicClock } = options;
    this.clock = clock;
    this.holder = holder;
    this.term = { holder, termMs, processingMs: LMS_PROCESSING_MS };
    this.renewEveryMs = renewEveryMs;
    this.updateMetric();
  }

  /**
   * Waits until this process owns the lease, through outages of the database, and renews it from then on. `lost` resolves
   * when another process has acquired it; then `acquire` may be called again. An abort can come too late, so a process
   * that stops releases a lease that it acquired.
   * @throws the signal's reason
   */
  async acquire(signal: AbortSignal): Promise<{ lost: Promise<void> }> {
    if (this.ownership !== undefined) throw new Error('The LMS lease is acquired already.');
    const { database, logger } = this.options;
    for (let isUnreachable = false; ; await pause(POLL_MS, [signal], this.clock)) {
      signal.throwIfAborted();
      const askedAtMs = this.clock.nowMs();
      try {
        if (await acquireLmsLease(database, this.term)) return this.begin(askedAtMs);
        isUnreachable = false;
      } catch (error) {
        if (!isUnreachable)
          logger.warn({ holder: this.holder, ...loggableError(error) }, 'The LMS lease cannot be acquired');
        isUnreachable = true;
      }
    }
  }

  /** Whether a request may be sent at this very moment, by the process's own clock. */
  isOwned(): boolean {
    return this.ownership !== undefined && this.clock.nowMs() < this.ownership.validUntilMs;
  }

  /** @throws ServiceError LMS_LEASE_LOST when `isOwned` is false */
  assertOwned(): void {
    if (!this.isOwned()) throw leaseLost();
  }

  /**
   * Waits while renewals fail because the database is away.
   * @throws ServiceError LMS_LEASE_LOST when another process acquired the lease or it was released; the signal's reason
   */
  async whenOwned(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.isOwned()) return;
    if (this.ownership === undefined) throw leaseLost();
    const { waiters } = this.ownership;
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
  }

  /** Gives the lease up. Others can acquire it after `quietInMs`, when nothing that was sent can still be at the LMS. */
  async release({ quietInMs }: { quietInMs: number }): Promise<void> {
    if (this.ownership === undefined) return;
    const { database, logger } = this.options;
    const { holder } = this;
    const { renewal } = this.ownership;
    this.end(this.ownership);
    // A renewal that reaches the database after the release would make the others wait for a whole term.
    await renewal;
    try {
      await releaseLmsLease(database, holder, quietInMs);
      logger.info({ holder, quietInMs }, 'The LMS lease is released');
    } catch (error) {
      logger.warn(
        { holder, ...loggableError(error) },
        'The LMS lease could not be released and will run out by itself',
      );
    }
  }

  private begin(askedAtMs: number): { lost: Promise<void> } {
    let resolveLost = () => {};
    const lost = new Promise<void>((resolve) => {
      resolveLost = resolve;
    });
    const ownership: Ownership = {
      validUntilMs: this.validUntilMs(askedAtMs),
      renewal: Promise.resolve(),
      cancelNextRenewal: () => {},
      waiters: new Set(),
      resolveLost,
    };
    this.ownership = ownership;
    this.updateMetric();
    this.options.logger.info({ holder: this.holder }, 'This process owns the LMS lease');
    this.renewIn(this.untilNextRenewalMs(askedAtMs), ownership);
    return { lost };
  }

  private renewIn(delayMs: number, ownership: Ownership): void {
    ownership.cancelNextRenewal = this.clock.after(delayMs, () => {
      ownership.renewal = this.renew(ownership);
    });
  }

  private async renew(ownership: Ownership): Promise<void> {
    const { database, logger } = this.options;
    const { holder } = this;
    const askedAtMs = this.clock.nowMs();
    let nextInMs = POLL_MS;
    try {
      const isStillOwned = await renewLmsLease(database, this.term);
      if (this.ownership !== ownership) return;
      if (!isStillOwned) {
        logger.warn({ holder }, 'Another process owns the LMS lease');
        this.end(ownership);
        ownership.resolveLost();
        return;
      }
      ownership.validUntilMs = this.validUntilMs(askedAtMs);
      nextInMs = this.untilNextRenewalMs(askedAtMs);
      if (this.isRenewalFailing) logger.info({ holder }, 'The LMS lease is renewed again');
      this.isRenewalFailing = false;
    } catch (error) {
      if (!this.isRenewalFailing) {
        logger.warn({ holder, ...loggableError(error) }, 'The LMS lease cannot be renewed; requests wait');
      }
      this.isRenewalFailing = true;
    }
    if (this.ownership !== ownership) return;
    this.updateMetric();
    if (this.isOwned()) {
      for (const waiter of ownership.waiters) waiter.resolve();
      ownership.waiters.clear();
    }
    this.renewIn(nextInMs, ownership);
  }

  private end(ownership: Ownership): void {
    ownership.cancelNextRenewal();
    this.ownership = undefined;
    this.updateMetric();
    for (const waiter of ownership.waiters) waiter.reject(leaseLost());
    ownership.waiters.clear();
  }

  /** Counted from before the database was asked, so the term in the database never ends earlier. */
  private validUntilMs(askedAtMs: number): number {
    return askedAtMs + this.term.termMs - SAFETY_MARGIN_MS;
  }

  private untilNextRenewalMs(askedAtMs: number): number {
    return Math.max(0, askedAtMs + this.renewEveryMs - this.clock.nowMs());
  }

  private updateMetric(): void {
    this.options.metrics.lmsLeaseHeld.set(this.isOwned() ? 1 : 0);
  }
}

function leaseLost(): ServiceError {
  return new ServiceError(
    'LMS_LEASE_LOST',
    'This process may not talk to the LMS now: another one does, or is about to. The work goes on there by itself.',
  );
}

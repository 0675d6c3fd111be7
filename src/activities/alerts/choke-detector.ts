import type { OutboxHead } from '../../adapters/database/alerts/chat-outbox';
import type { SendOutcome } from './send-outbox-message';

/** After this many failures of its first message a space's next one is tried. */
const FAILURES = 3;

/**
 * Tells a message on which Chat chokes from an outage: only where Chat takes another message of the same space in between, a
 * failure is the message's. While it takes none, all wait in order.
 */
export interface ChokeDetector {
  /** Notes the outcome of the space's first message. */
  noteFirst(id: number, outcome: SendOutcome): void;
  /** Notes the outcome of the message that was tried after the first one had failed. */
  noteProbe(probe: OutboxHead, outcome: SendOutcome): void;
  /** Whether another message is to be tried at once. A moment later Chat could be well again, and the order would be lost. */
  wantsProbe(id: number): boolean;
  /** The message after which the next probe comes. */
  lastProbe(): OutboxHead | undefined;
  /** Whether Chat took another message since this one failed several times. */
  isAtFault(id: number): boolean;
}

export function createChokeDetector(): ChokeDetector {
  let suspect: { id: number; failures: number; isAtFault: boolean } | undefined;
  let lastProbe: OutboxHead | undefined;
  return {
    noteFirst(id, outcome) {
      if (outcome.kind === 'rate limited') return;
      if (outcome.kind === 'failed' || outcome.kind === 'webhook refused') {
        const failures = suspect?.id === id ? suspect.failures : 0;
        suspect = { id, failures: failures + 1, isAtFault: false };
      } else {
        suspect = undefined;
        lastProbe = undefined;
      }
    },
    noteProbe(probe, outcome) {
      lastProbe = probe;
      if (suspect !== undefined && outcome.kind === 'sent') suspect.isAtFault = true;
    },
    wantsProbe: (id) => suspect?.id === id && suspect.failures >= FAILURES && !suspect.isAtFault,
    lastProbe: () => lastProbe,
    isAtFault: (id) => suspect?.id === id && suspect.isAtFault,
  };
}

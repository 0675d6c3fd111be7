import type { OutboxHead, WaitingMessage } from '../adapters/database/chat-outbox';
import type { Database } from '../adapters/database/database';
import {
  bringBackMessages,
  findOtherWaiting,
  giveUpMessage,
  keepWaiting,
  listRefusedMessages,
} from '../adapters/database/refused-messages';
import type { BrokenWebhooks } from './broken-webhooks';
import type { ChatSpace } from './chat-space-resolver';

/** Different messages that a webhook refused, none accepted in between: then the webhook is at fault. */
const REFUSALS_OF_A_BROKEN_WEBHOOK = 3;

/** A webhook's turn: the message that is posted, and the first in line of all that share the webhook. */
export interface Turn {
  head: OutboxHead;
  heads: readonly OutboxHead[];
  webhookUrl: string;
  isDefault: boolean;
}

/**
 * Judges whether a refused message or its webhook is at fault: Chat answers 400 to a message that is not as it should be,
 * and to every message of some webhooks that are broken.
 */
export interface RefusedMessages {
  /** `given up`: it is the message's fault, and the next one's turn. `refusing`: the webhook's; the message goes on waiting. */
  refused(turn: Turn, message: WaitingMessage, reason: string): Promise<'given up' | 'refusing'>;
  /** The webhook works: what it refused before has a second try, after which it was the message's fault. */
  accepted(turn: Turn): Promise<void>;
  /** Another message to try a refusing webhook with, for those that wait first may be at fault themselves. */
  another(turn: Turn): Promise<OutboxHead | undefined>;
}

/**
 * What counts is in the database: dead messages that may come back, and the incidents of broken webhooks. Memory only
 * spares tries; without it a message that Chat refuses is tried once more than it had to be.
 */
export async function createRefusedMessages(
  database: Database,
  broken: BrokenWebhooks,
  resolveSpaces: (heads: readonly OutboxHead[]) => Promise<(head: OutboxHead) => ChatSpace>,
): Promise<RefusedMessages> {
  let mayComeBack = (await listRefusedMessages(database)).length > 0;
  const secondTries = new Set<number>();
  /** What a broken webhook was tried with, by its URL. */
  const tried = new Map<string, Set<number>>();

  const triedWith = (webhookUrl: string): Set<number> => {
    const ids = tried.get(webhookUrl) ?? new Set();
    tried.set(webhookUrl, ids);
    return ids;
  };

  const refusedBefore = async ({ webhookUrl }: Turn): Promise<OutboxHead[]> => {
    if (!mayComeBack) return [];
    const all = await listRefusedMessages(database);
    mayComeBack = all.length > 0;
    const spaceOf = await resolveSpaces(all);
    return all.filter((head) => {
      const space = spaceOf(head);
      return 'webhookUrl' in space && space.webhookUrl === webhookUrl;
    });
  };

  const idsOf = (heads: readonly OutboxHead[]) => heads.map(({ id }) => id);

  return {
    async refused(turn, message, reason) {
      if (turn.heads.some((head) => broken.isBroken(head))) {
        await keepWaiting(database, message.id, reason);
        triedWith(turn.webhookUrl).add(message.id);
        return 'refusing';
      }
      const forGood = secondTries.delete(message.id);
      const before = forGood ? [] : await refusedBefore(turn);
      if (before.length + 1 < REFUSALS_OF_A_BROKEN_WEBHOOK) {
        mayComeBack ||= !forGood;
        await giveUpMessage(database, message, reason, { forGood });
        return 'given up';
      }
      await bringBackMessages(database, idsOf(before));
      await keepWaiting(database, message.id, reason);
      for (const id of [...idsOf(before), message.id]) triedWith(turn.webhookUrl).add(id);
      await broken.fails(message, turn.isDefault, `${before.length + 1} messages in a row were refused. ${reason}`);
      return 'refusing';
    },

    async accepted(turn) {
      const before = await refusedBefore(turn);
      await bringBackMessages(database, idsOf(before));
      for (const id of [...idsOf(before), ...triedWith(turn.webhookUrl)]) secondTries.add(id);
      tried.delete(turn.webhookUrl);
      for (const head of [turn.head, ...turn.heads, ...before]) await broken.works(head);
    },

    async another({ heads, webhookUrl }) {
      const other = await findOtherWaiting(database, heads, [...triedWith(webhookUrl)]);
      if (other === undefined) tried.delete(webhookUrl);
      return other;
    },
  };
}

import { setTimeout as sleep } from 'node:timers/promises';
import { sendOutboxMessage, type SendOutboxMessageDeps, type SendOutcome } from '../adapters/chat/send-outbox-message';
import { listOutboxHeads, type OutboxHead } from '../adapters/database/chat-outbox';
import { ServiceError } from '../domain/service-error';
import { createBrokenWebhooks } from './broken-webhooks';
import { createChatSpaceResolver, type ChatSpaceResolverDependencies } from './chat-space-resolver';
import { createLane, SPACING_MS, type Lane, type TurnOutcome, type TurnResult } from './delivery-lane';
import { createRefusedMessages, type Turn } from './refused-messages';

export interface DeliverOutboxDependencies extends SendOutboxMessageDeps, ChatSpaceResolverDependencies {}

export interface DeliverOutboxResult {
  sent: number;
  /** Whether messages are left: Chat is away, a webhook is broken, or the time of this call is over. */
  waiting: boolean;
}

/** How soon a message is noticed that comes while others are being delivered. */
const POLL_MS = 250;
/** Ends before its activity times out; what is left is the next call's. */
const LONGEST_RUN_MS = 10 * 60_000;
/** A cancelled delivery lets its posts end for this time, for each that is cut off is posted twice. */
const LAST_POSTS_MS = 2_000;

/**
 * Delivers what waits in the outbox: all spaces side by side, each in order and at the pace that Chat takes. Returns
 * when nothing waits any more and every space may take its next message at once.
 * @throws ServiceError DATABASE_UNAVAILABLE
 */
export async function deliverOutbox(
  dependencies: DeliverOutboxDependencies,
  cancelled: AbortSignal,
): Promise<DeliverOutboxResult> {
  const cutOff = new AbortController();
  const endPosts = () => setTimeout(() => cutOff.abort(), LAST_POSTS_MS).unref();
  cancelled.addEventListener('abort', endPosts, { once: true });

  const delivery = await createDelivery(dependencies, cutOff.signal);
  const endsAtMs = performance.now() + LONGEST_RUN_MS;
  let heads: OutboxHead[] = [];
  try {
    do {
      heads = await listOutboxHeads(dependencies.database);
      await delivery.startReady(heads);
      if (heads.length === 0 && delivery.isQuiet()) break;
      await sleep(delivery.nextLookMs(), undefined, { signal: cancelled }).catch(() => undefined);
    } while (!cancelled.aborted && !delivery.hasFailed() && performance.now() < endsAtMs);
  } finally {
    await delivery.settled();
    cancelled.removeEventListener('abort', endPosts);
  }
  return { sent: delivery.sent(), waiting: heads.length > 0 };
}

/** The lanes of all spaces; the key of a lane is its webhook's URL. */
async function createDelivery(dependencies: DeliverOutboxDependencies, cutOff: AbortSignal) {
  const lanes = new Map<string, Lane>();
  const running = new Set<Promise<void>>();
  const resolveSpaces = createChatSpaceResolver(dependencies);
  const broken = await createBrokenWebhooks(dependencies.database);
  const refusedMessages = await createRefusedMessages(dependencies.database, broken, resolveSpaces);
  let sent = 0;
  let failure: { error: unknown } | undefined;

  const laneOf = (webhookUrl: string): Lane => {
    const lane = lanes.get(webhookUrl) ?? createLane();
    lanes.set(webhookUrl, lane);
    return lane;
  };

  /** Posts a message and follows up what Chat answered. */
  const post = async (turn: Turn, id: number): Promise<TurnResult> => {
    const { outcome, post: posted } = await sendOutboxMessage(dependencies, id, turn.webhookUrl, cutOff);
    return { outcome: await followUp(turn, outcome), post: posted };
  };

  const followUp = async (turn: Turn, outcome: SendOutcome): Promise<TurnOutcome> => {
    if (outcome.kind === 'sent') {
      sent += 1;
      await refusedMessages.accepted(turn);
    } else if (outcome.kind === 'revoked') {
      await broken.fails(turn.head, turn.isDefault, outcome.reason);
    } else if (outcome.kind === 'refused') {
      const { message, reason } = outcome;
      const verdict = await refusedMessages.refused(turn, message, reason);
      if (verdict === 'refusing') {
        const { id: messageId, skId, kind } = message;
        const told = { messageId, skId, kind, code: 'CHAT_WEBHOOK_REVOKED', error: reason };
        dependencies.logger.warn(told, 'A message waits, for its webhook refuses one after the other');
      }
      return { kind: verdict };
    }
    return outcome;
  };

  /** A webhook that refused its first message is tried with one more, card and text, in the same turn. */
  const postAnother = async (turn: Turn, first: TurnResult): Promise<TurnResult> => {
    const other = await refusedMessages.another(turn);
    if (other === undefined) return first;
    let result = first;
    do {
      await sleep(SPACING_MS, undefined, { signal: cutOff }).catch(() => undefined);
      if (cutOff.aborted) return first;
      result = await post(turn, other.id);
    } while (result.outcome.kind === 'plain next');
    return result.outcome.kind === 'gone' ? first : result;
  };

  const take = async (lane: Lane, turn: Turn): Promise<void> => {
    lane.begin();
    const result = await post(turn, turn.head.id);
    // Not before it is judged: until then it is not known which message is next.
    lane.end(performance.now(), result.outcome.kind === 'refusing' ? await postAnother(turn, result) : result);
  };

  const start = (lane: Lane, turn: Turn): void => {
    const run = take(lane, turn)
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => running.delete(run));
    running.add(run);
  };

  return {
    /** Posts the oldest message of each space whose turn it is. `heads` are in the order in which they were stored. */
    async startReady(heads: readonly OutboxHead[]): Promise<void> {
      const spaceOf = await resolveSpaces(heads);
      const turns = new Map<string, Turn & { heads: OutboxHead[] }>();
      for (const head of heads) {
        const space = spaceOf(head);
        if (space instanceof ServiceError) {
          await broken.fails(head, false, space.message);
          continue;
        }
        const turn = turns.get(space.webhookUrl);
        if (turn === undefined) turns.set(space.webhookUrl, { ...space, head, heads: [head] });
        else turn.heads.push(head);
      }
      for (const turn of turns.values()) {
        const lane = laneOf(turn.webhookUrl);
        if (lane.isReady(performance.now())) start(lane, turn);
      }
    },
    isQuiet: () => [...lanes.values()].every((lane) => lane.isAtRest(performance.now())),
    hasFailed: () => failure !== undefined,
    /** Until a space's next turn, but no longer than a new message may wait to be noticed. */
    nextLookMs(): number {
      const nowMs = performance.now();
      return Math.min(POLL_MS, ...[...lanes.values()].map((lane) => lane.msUntilTurn(nowMs)));
    },
    sent: () => sent,
    async settled(): Promise<void> {
      await Promise.all(running);
      if (failure !== undefined) throw failure.error;
    },
  };
}

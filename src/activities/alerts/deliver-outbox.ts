import { setTimeout as sleep } from 'node:timers/promises';
import { sendOutboxMessage, type SendOutboxMessageDeps } from './send-outbox-message';
import { listOutboxHeads, type OutboxHead } from '../../adapters/database/alerts/chat-outbox';
import { ServiceError } from '../../domain/shared/service-error';
import { createBrokenWebhooks, type BrokenWebhooks } from './webhook-incidents';
import { createChatSpaceResolver, type ChatSpaceResolverDependencies } from './chat-space-lookup';
import { createLane, type Lane } from './space-pacer';

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

  const delivery = createDelivery(dependencies, await createBrokenWebhooks(dependencies.database), cutOff.signal);
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
function createDelivery(dependencies: DeliverOutboxDependencies, broken: BrokenWebhooks, cutOff: AbortSignal) {
  const lanes = new Map<string, Lane>();
  const running = new Set<Promise<void>>();
  const resolveSpaces = createChatSpaceResolver(dependencies);
  let sent = 0;
  let failure: { error: unknown } | undefined;

  const laneOf = (webhookUrl: string): Lane => {
    const lane = lanes.get(webhookUrl) ?? createLane();
    lanes.set(webhookUrl, lane);
    return lane;
  };

  const post = async (lane: Lane, head: OutboxHead, webhookUrl: string, isDefault: boolean): Promise<void> => {
    lane.begin();
    const result = await sendOutboxMessage(dependencies, head.id, webhookUrl, cutOff);
    lane.end(performance.now(), result);
    const { outcome } = result;
    if (outcome.kind === 'sent') {
      sent += 1;
      await broken.works(head);
    } else if (outcome.kind === 'revoked') {
      await broken.fails(head, isDefault, outcome.reason);
    }
  };

  const start = (lane: Lane, head: OutboxHead, webhookUrl: string, isDefault: boolean): void => {
    const run = post(lane, head, webhookUrl, isDefault)
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
      const served = new Set<string>();
      for (const head of heads) {
        const space = spaceOf(head);
        if (space instanceof ServiceError) {
          await broken.fails(head, false, space.message);
          continue;
        }
        const { webhookUrl, isDefault } = space;
        if (served.has(webhookUrl)) continue;
        served.add(webhookUrl);
        const lane = laneOf(webhookUrl);
        if (lane.isReady(performance.now())) start(lane, head, webhookUrl, isDefault);
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

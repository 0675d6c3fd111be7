import { listOutboxHeads, type OutboxHead } from '../../adapters/database/alerts/chat-outbox';
import { onAbort } from '../../adapters/shared/on-abort';
import { pause } from '../../adapters/shared/pause';
import { ServiceError } from '../../domain/shared/service-error';
import { createChatSpaceLookup, type ChatSpaceLookupDependencies } from './chat-space-lookup';
import { sendOutboxMessage, type SendOutboxMessageDependencies } from './send-outbox-message';
import { createSpacePacer, type SpacePacer } from './space-pacer';
import { createWebhookIncidents, type WebhookIncidents } from './webhook-incidents';

export interface DeliverOutboxDependencies extends SendOutboxMessageDependencies, ChatSpaceLookupDependencies {}

export interface DeliverOutboxResult {
  sent: number;
  /** Whether messages are left: Chat is away, a webhook is refused, or the time of this call is over. */
  waiting: boolean;
}

/** A message that arrives during a delivery is noticed after at most this time. */
const POLL_MS = 250;
/** Shorter than the activity's timeout. The next call delivers the rest. */
const MAX_RUN_MS = 10 * 60_000;
/** After a cancellation running posts may finish within this time. A post that is cut off is posted again later. */
const CANCELLED_POSTS_MS = 2_000;

/**
 * Delivers the messages of the outbox: all spaces side by side, in order and at Chat's pace within each. Returns when
 * no message waits and every space is ready for its next one.
 * @throws ServiceError DATABASE_UNAVAILABLE
 */
export async function deliverOutbox(
  dependencies: DeliverOutboxDependencies,
  cancelled: AbortSignal,
): Promise<DeliverOutboxResult> {
  const postsAborter = new AbortController();
  const stopListening = onAbort(cancelled, () => setTimeout(() => postsAborter.abort(), CANCELLED_POSTS_MS).unref());

  const incidents = await createWebhookIncidents(dependencies.database);
  const delivery = createDelivery(dependencies, incidents, postsAborter.signal);
  const endsAtMs = performance.now() + MAX_RUN_MS;
  let heads: OutboxHead[] = [];
  try {
    do {
      heads = await listOutboxHeads(dependencies.database);
      await delivery.startReady(heads);
      if (heads.length === 0 && delivery.isIdle()) break;
      await pause(delivery.msUntilNextPoll(), [cancelled]);
    } while (!cancelled.aborted && !delivery.hasFailed() && performance.now() < endsAtMs);
  } finally {
    await delivery.finish();
    stopListening();
  }
  return { sent: delivery.sent(), waiting: heads.length > 0 };
}

/** The posts of one call, with a pacer for each space. A space is identified by its webhook's URL. */
function createDelivery(
  dependencies: DeliverOutboxDependencies,
  incidents: WebhookIncidents,
  postsSignal: AbortSignal,
) {
  const pacers = new Map<string, SpacePacer>();
  const running = new Set<Promise<void>>();
  const lookUpSpaces = createChatSpaceLookup(dependencies);
  let sent = 0;
  let failure: { error: unknown } | undefined;

  const pacerOf = (webhookUrl: string): SpacePacer => {
    const pacer = pacers.get(webhookUrl) ?? createSpacePacer();
    pacers.set(webhookUrl, pacer);
    return pacer;
  };

  const post = async (pacer: SpacePacer, head: OutboxHead, webhookUrl: string, isDefault: boolean): Promise<void> => {
    pacer.begin();
    const result = await sendOutboxMessage(dependencies, head.id, webhookUrl, postsSignal);
    pacer.end(performance.now(), result);
    const { outcome } = result;
    if (outcome.kind === 'sent') {
      sent += 1;
      await incidents.close(head);
    } else if (outcome.kind === 'webhook refused') {
      await incidents.open(head, isDefault, outcome.reason);
    }
  };

  const start = (pacer: SpacePacer, head: OutboxHead, webhookUrl: string, isDefault: boolean): void => {
    const run = post(pacer, head, webhookUrl, isDefault)
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => running.delete(run));
    running.add(run);
  };

  return {
    /** Posts the first message of each space that is ready. `heads` are in the order of delivery. */
    async startReady(heads: readonly OutboxHead[]): Promise<void> {
      const spaceOf = await lookUpSpaces(heads);
      const served = new Set<string>();
      for (const head of heads) {
        const space = spaceOf(head);
        if (space instanceof ServiceError) {
          await incidents.open(head, false, space.message);
          continue;
        }
        const { webhookUrl, isDefault } = space;
        if (served.has(webhookUrl)) continue;
        served.add(webhookUrl);
        const pacer = pacerOf(webhookUrl);
        if (pacer.isReady(performance.now())) start(pacer, head, webhookUrl, isDefault);
      }
    },
    isIdle: () => [...pacers.values()].every((pacer) => pacer.isIdle(performance.now())),
    hasFailed: () => failure !== undefined,
    /** Until the next space is ready, but at most the time after which a new message must be noticed. */
    msUntilNextPoll(): number {
      const nowMs = performance.now();
      return Math.min(POLL_MS, ...[...pacers.values()].map((pacer) => pacer.msUntilReady(nowMs)));
    },
    sent: () => sent,
    /** Waits for the running posts. Throws the first unexpected error of a post. */
    async finish(): Promise<void> {
      await Promise.all(running);
      if (failure !== undefined) throw failure.error;
    },
  };
}

import {
  findWaitingAfter,
  listDueAside,
  listOutboxHeads,
  recordTryOfAside,
  type OutboxHead,
} from '../../adapters/database/alerts/chat-outbox';
import { onAbort } from '../../adapters/shared/on-abort';
import { pause } from '../../adapters/shared/pause';
import { ServiceError } from '../../domain/shared/service-error';
import { eraseExpiredAside } from './aside-notices';
import { createChatSpaceLookup, type ChatSpace, type ChatSpaceLookupDependencies } from './chat-space-lookup';
import { createChokeDetector, type ChokeDetector } from './choke-detector';
import { createRefusalsInARow, type RefusalsInARow } from './refusals-in-a-row';
import { sendOutboxMessage, type SendOutboxMessageDependencies, type SendResult } from './send-outbox-message';
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

  const { database } = dependencies;
  await eraseExpiredAside(database);
  const incidents = await createWebhookIncidents(database);
  const refusals = await createRefusalsInARow(database);
  const delivery = createDelivery(dependencies, postsAborter.signal, { incidents, refusals });
  const endsAtMs = performance.now() + MAX_RUN_MS;
  let heads: OutboxHead[] = [];
  try {
    do {
      heads = await listOutboxHeads(database);
      const aside = await listDueAside(database);
      await delivery.startReady(heads, aside);
      if (heads.length + aside.length === 0 && delivery.isIdle()) break;
      await pause(delivery.msUntilNextPoll(), [cancelled]);
    } while (!cancelled.aborted && !delivery.hasFailed() && performance.now() < endsAtMs);
  } finally {
    await delivery.finish();
    stopListening();
  }
  if (heads.length === 0) await incidents.closeAll();
  return { sent: delivery.sent(), waiting: heads.length > 0 };
}

/** The only space of its webhook's URL. */
interface Lane {
  webhookUrl: string;
  isDefault: boolean;
  pacer: SpacePacer;
  chokes: ChokeDetector;
}

/** The posts of one call, all spaces side by side. */
function createDelivery(
  dependencies: DeliverOutboxDependencies,
  postsSignal: AbortSignal,
  { incidents, refusals }: { incidents: WebhookIncidents; refusals: RefusalsInARow },
) {
  const { database } = dependencies;
  const lanes = new Map<string, Lane>();
  const running = new Set<Promise<void>>();
  const lookUpSpaces = createChatSpaceLookup(dependencies);
  let sent = 0;
  let failure: { error: unknown } | undefined;

  const laneOf = ({ webhookUrl, isDefault }: Exclude<ChatSpace, ServiceError>): Lane => {
    const known = lanes.get(webhookUrl);
    if (known !== undefined) return known;
    const lane = { webhookUrl, isDefault, pacer: createSpacePacer(), chokes: createChokeDetector() };
    lanes.set(webhookUrl, lane);
    return lane;
  };

  const post = async (lane: Lane, head: OutboxHead): Promise<SendResult> => {
    const { webhookUrl, isDefault, chokes } = lane;
    const result = await sendOutboxMessage(dependencies, head.id, webhookUrl, {
      signal: postsSignal,
      isAtFault: chokes.isAtFault(head.id),
      isWebhookBroken: incidents.isOpen(head, isDefault),
    });
    const { outcome } = result;
    if (outcome.kind === 'sent') {
      sent += 1;
      await refusals.end(webhookUrl);
      await incidents.close(head, isDefault);
    } else if (outcome.kind === 'webhook refused') {
      await incidents.open(head, isDefault, outcome.reason);
    } else if (outcome.kind === 'put aside' && outcome.refusal !== null && (await refusals.add(webhookUrl, head.id))) {
      const reason = `${outcome.refusal} It refused three different messages in a row.`;
      await incidents.open(head, isDefault, reason);
      return { ...result, outcome: { kind: 'webhook refused', reason } };
    }
    return result;
  };

  /** The space's next message after the last one that was probed; from the first one again at the end. */
  const findProbe = async ({ chokes }: Lane, first: OutboxHead, heads: readonly OutboxHead[]) => {
    for (const after of [chokes.lastProbe() ?? first, first]) {
      const probe = await findWaitingAfter(database, after, heads);
      if (probe !== undefined && probe.id !== first.id) return probe;
    }
    return undefined;
  };

  const serve = async (lane: Lane, first: OutboxHead, heads: readonly OutboxHead[]): Promise<void> => {
    lane.pacer.begin();
    const { chokes } = lane;
    let result = await post(lane, first);
    chokes.noteFirst(first.id, result.outcome);
    const probe = chokes.wantsProbe(first.id) ? await findProbe(lane, first, heads) : undefined;
    if (probe !== undefined) {
      result = await post(lane, probe);
      chokes.noteProbe(probe, result.outcome);
    }
    lane.pacer.end(performance.now(), result);
  };

  const start = (lane: Lane, heads: readonly OutboxHead[]): void => {
    const [first] = heads;
    if (first === undefined || !lane.pacer.isReady(performance.now())) return;
    const run = serve(lane, first, heads)
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => running.delete(run));
    running.add(run);
  };

  return {
    /**
     * Posts the first message of each space that is ready. `heads` are in the order of delivery; `aside` are tried where
     * nothing else of their space waits.
     */
    async startReady(heads: readonly OutboxHead[], aside: readonly OutboxHead[]): Promise<void> {
      const spaceOf = await lookUpSpaces([...heads, ...aside]);
      const headsOf = new Map<Lane, OutboxHead[]>();
      const add = (space: Exclude<ChatSpace, ServiceError>, head: OutboxHead): void => {
        const lane = laneOf(space);
        const ofLane = headsOf.get(lane);
        if (ofLane === undefined) headsOf.set(lane, [head]);
        else ofLane.push(head);
      };
      for (const head of heads) {
        const space = spaceOf(head);
        if (space instanceof ServiceError) await incidents.open(head, false, space.message);
        else add(space, head);
      }
      for (const head of aside) {
        const space = spaceOf(head);
        if (space instanceof ServiceError) await recordTryOfAside(database, head.id, space.message);
        else add(space, head);
      }
      for (const [lane, ofLane] of headsOf) start(lane, ofLane);
    },
    isIdle: () => [...lanes.values()].every(({ pacer }) => pacer.isIdle(performance.now())),
    hasFailed: () => failure !== undefined,
    /** Until the next space is ready, but at most the time after which a new message must be noticed. */
    msUntilNextPoll(): number {
      const nowMs = performance.now();
      return Math.min(POLL_MS, ...[...lanes.values()].map(({ pacer }) => pacer.msUntilReady(nowMs)));
    },
    sent: () => sent,
    /** Waits for the running posts. Throws the first unexpected error of a post. */
    async finish(): Promise<void> {
      await Promise.all(running);
      if (failure !== undefined) throw failure.error;
    },
  };
}

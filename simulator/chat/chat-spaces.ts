import { isDeepStrictEqual } from 'node:util';
import { readChatMarkup, shownTexts, type ChatMarkup } from './chat-markup';
import type { ChatMessageBody } from './chat-message-schema';

export interface ChatMessage {
  /** In the order of creation, over all spaces. */
  number: number;
  space: string;
  requestId: string | null;
  threadKey: string | null;
  /** Messages with the same name are shown as one thread. */
  thread: string;
  body: ChatMessageBody;
  /** All that the message shows, the text first, then the card from top to bottom. */
  shown: string[];
  markup: ChatMarkup;
  createdAtMs: number;
  /** How often it was posted again with the same requestId, which created nothing. */
  duplicates: number;
}

export interface ChatCounts {
  posts: number;
  created: number;
  /** Posts that Chat had to drop because their requestId was known. */
  duplicates: number;
  rateLimited: number;
  refused: number;
  /** Things that a client must never do: a post without requestId, a requestId with two contents. */
  offences: string[];
}

export interface ChatSpaces {
  counts: ChatCounts;
  /** True, and the space's second begins anew; false when its last message is younger than `intervalMs`. */
  takeTurn(space: string, intervalMs: number): boolean;
  /** Creates the message, or finds the one that has this requestId. */
  post(post: {
    space: string;
    requestId: string | null;
    threadKey: string | null;
    replies: boolean;
    body: ChatMessageBody;
  }): ChatMessage;
  messages(space?: string): ChatMessage[];
  /** Starts counting and listing anew; a requestId that was taken stays taken. */
  reset(): void;
}

/** Node's timers fire up to a millisecond early, and arrival is measured after parsing. */
const TIMER_TOLERANCE_MS = 5;

/** Every space's messages; a space exists as soon as somebody posts into it. */
export function createChatSpaces(): ChatSpaces {
  const messages: ChatMessage[] = [];
  const byRequestId = new Map<string, ChatMessage>();
  let created = 0;
  const lastTurnAtMs = new Map<string, number>();
  const counts: ChatCounts = { posts: 0, created: 0, duplicates: 0, rateLimited: 0, refused: 0, offences: [] };

  return {
    counts,
    takeTurn(space, intervalMs) {
      const nowMs = performance.now();
      if (nowMs - (lastTurnAtMs.get(space) ?? Number.NEGATIVE_INFINITY) < intervalMs - TIMER_TOLERANCE_MS) return false;
      lastTurnAtMs.set(space, nowMs);
      return true;
    },

    post({ space, requestId, threadKey, replies, body }) {
      const key = `${space}\n${requestId}`;
      const known = requestId === null ? undefined : byRequestId.get(key);
      if (known !== undefined) {
        known.duplicates += 1;
        counts.duplicates += 1;
        if (!isDeepStrictEqual(known.body, body))
          counts.offences.push(`requestId ${requestId}: two contents in ${space}`);
        return known;
      }
      if (requestId === null) counts.offences.push(`post without requestId in ${space}`);
      created += 1;
      const number = created;
      const message: ChatMessage = {
        number,
        space,
        requestId,
        threadKey,
        // threadKey without messageReplyOption starts a new thread.
        thread: `spaces/${space}/threads/${threadKey !== null && replies ? threadKey : `new-${number}`}`,
        body,
        shown: shownTexts(body),
        markup: readChatMarkup(body),
        createdAtMs: Date.now(),
        duplicates: 0,
      };
      messages.push(message);
      if (requestId !== null) byRequestId.set(key, message);
      counts.created += 1;
      return message;
    },

    messages: (space) => (space === undefined ? [...messages] : messages.filter((message) => message.space === space)),

    reset() {
      messages.length = 0;
      Object.assign(counts, { posts: 0, created: 0, duplicates: 0, rateLimited: 0, refused: 0, offences: [] });
    },
  };
}

import { isDeepStrictEqual } from 'node:util';
import { readChatMarkup, shownTexts, type ChatMarkup } from './chat-markup';
import type { ChatMessageBody } from './chat-message-schema';

export interface ChatMessage {
  /** Counts created messages over all spaces. */
  number: number;
  space: string;
  requestId: string | null;
  threadKey: string | null;
  /** Messages with the same name are one thread. */
  thread: string;
  body: ChatMessageBody;
  /** All texts that the message shows: `text` first, then the cards from top to bottom. */
  shown: string[];
  markup: ChatMarkup;
  createdAtMs: number;
  /** Later posts with the same requestId, which created nothing. */
  duplicates: number;
}

export interface ChatCounts {
  posts: number;
  created: number;
  /** Posts with a known requestId, which created nothing. */
  duplicates: number;
  rateLimited: number;
  refused: number;
  /** Posts that no client may make: one without a requestId, or a known requestId with another content. */
  offences: string[];
}

export interface ChatSpaces {
  counts: ChatCounts;
  /** False when the space's last message is younger than `intervalMs`. True starts a new interval. */
  takeTurn(space: string, intervalMs: number): boolean;
  /** Creates a message, or returns the one with this requestId. */
  post(post: ChatSpacePost): ChatMessage;
  messages(space?: string): ChatMessage[];
  /** Sets the counts to 0 and empties the list. Known requestIds stay known. */
  reset(): void;
}

export interface ChatSpacePost {
  space: string;
  requestId: string | null;
  threadKey: string | null;
  /** Whether the post asks for a reply in its thread. Without that a threadKey starts a new thread. */
  replies: boolean;
  body: ChatMessageBody;
}

/** Node's timers fire up to a millisecond early, and the arrival is measured after parsing. */
const TIMER_TOLERANCE_MS = 5;

/** The messages of all spaces. A space exists from its first post on. */
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
        if (!isDeepStrictEqual(known.body, body)) {
          counts.offences.push(`requestId ${requestId}: two contents in ${space}`);
        }
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

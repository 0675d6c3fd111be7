import { z } from 'zod';
import { formatInstant } from '../data/format-instant';
import { awkwardQuestion, question, studentName } from '../data/korean-texts';
import type { Inquiry } from '../data/lms-records';
import { createRandom } from '../random';

/** An inquiry to add. Absent fields are generated. */
export const inquiryDraftSchema = z.strictObject({
  entryId: z.string().min(1).max(100).optional(),
  category: z.string().nullable().optional(),
  title: z.string().optional(),
  content: z.string().optional(),
  studentId: z.string().optional(),
  studentName: z.string().optional(),
  /** ISO 8601 with an offset, used unchanged. Default: the LMS's present time less `createdAgoMs`. */
  createdAt: z.iso.datetime({ offset: true }).optional(),
  createdAgoMs: z.number().default(0),
  /** Moderation holds it back for this long from now on. */
  visibleAfterMs: z.number().min(0).default(0),
  answeredAt: z.iso.datetime({ offset: true }).nullable().optional(),
  url: z.string().nullable().optional(),
  /** Generated texts have markup, mentions, links or thousands of lines. */
  awkward: z.boolean().default(false),
});
export type InquiryDraft = z.input<typeof inquiryDraftSchema>;

export interface PostedInquiry {
  skId: string;
  inquiry: Inquiry;
  createdAtMs: number;
  /** By the LMS's clock. */
  visibleAtMs: number;
}

/** The inquiries of one cohort. */
export interface InquiryBoard {
  add(draft: InquiryDraft): PostedInquiry;
  drop(entryIds: readonly string[]): number;
  all(): PostedInquiry[];
  /** Visible inquiries from `sinceMs` on, newest first. `cursor` is the `next` of the page before. Null: a wrong cursor. */
  page(request: {
    nowMs: number;
    sinceMs: number;
    cursor: string | null;
    limit: number;
    repeatLast: boolean;
  }): { items: Inquiry[]; next: string | null } | null;
}

/** A cursor names the last item of a page, so an inquiry that is added meanwhile moves no later page. */
export function createInquiryBoard(seed: string, skId: string, now: () => number): InquiryBoard {
  interface Entry extends PostedInquiry {
    sequence: number;
  }
  /** Newest first. Of two with the same instant the one that was added later comes first. */
  const entries: Entry[] = [];
  let added = 0;
  const isBehind = (entry: Entry, createdAtMs: number, sequence: number) =>
    entry.createdAtMs < createdAtMs || (entry.createdAtMs === createdAtMs && entry.sequence < sequence);

  return {
    add(given) {
      const draft = inquiryDraftSchema.parse(given);
      const sequence = ++added;
      const random = createRandom(seed, 'inquiry', skId, sequence);
      const made = draft.awkward ? awkwardQuestion(random) : question(random);
      const createdAt = draft.createdAt ?? formatInstant(now() - draft.createdAgoMs, random);
      const entryId = draft.entryId ?? `${skId}-q${String(sequence).padStart(6, '0')}`;
      const entry: Entry = {
        skId,
        sequence,
        createdAtMs: Date.parse(createdAt),
        visibleAtMs: now() + draft.visibleAfterMs,
        inquiry: {
          entryId,
          category: draft.category === undefined ? made.category : draft.category,
          title: draft.title ?? made.title,
          content: draft.content ?? made.content,
          studentId: draft.studentId ?? `${skId}-s${String(1 + Math.floor(random() * 30)).padStart(4, '0')}`,
          studentName: draft.studentName ?? studentName(random),
          createdAt,
          ...(draft.answeredAt === undefined ? {} : { answeredAt: draft.answeredAt }),
          url: draft.url === undefined ? `https://lms.example.com/inquiries/${encodeURIComponent(entryId)}` : draft.url,
        },
      };
      const place = entries.findIndex((other) => isBehind(other, entry.createdAtMs, sequence));
      entries.splice(place === -1 ? entries.length : place, 0, entry);
      return entry;
    },

    drop(entryIds) {
      const before = entries.length;
      const kept = entries.filter((entry) => !entryIds.includes(entry.inquiry.entryId));
      entries.splice(0, entries.length, ...kept);
      return before - kept.length;
    },

    all: () => entries.map(({ inquiry, createdAtMs, visibleAtMs }) => ({ skId, inquiry, createdAtMs, visibleAtMs })),

    page({ nowMs, sinceMs, cursor, limit, repeatLast }) {
      let start = 0;
      if (cursor !== null) {
        const match = /^(-?\d+)\.(\d+)$/.exec(cursor);
        if (match === null) return null;
        const [createdAtMs, sequence] = [Number(match[1]), Number(match[2])];
        start = entries.findIndex((entry) => isBehind(entry, createdAtMs, sequence));
        if (start === -1) start = entries.length;
        if (repeatLast) start = Math.max(0, start - 1);
      }
      const items: Inquiry[] = [];
      let last: Entry | undefined;
      for (let place = start; place < entries.length; place++) {
        const entry = entries[place];
        // All following ones are older.
        if (entry === undefined || entry.createdAtMs < sinceMs) break;
        if (entry.visibleAtMs > nowMs) continue;
        // There is a next page only when another visible item follows.
        if (items.length === limit && last !== undefined) {
          return { items, next: `${last.createdAtMs}.${last.sequence}` };
        }
        items.push(entry.inquiry);
        last = entry;
      }
      return { items, next: null };
    },
  };
}

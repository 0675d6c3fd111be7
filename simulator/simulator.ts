import { z } from 'zod';
import type { ChatCounts, ChatMessage } from './chat/chat-spaces';
import type { CourseSize } from './data/course-generator';
import type { RecordedCompletion } from './data/lms-records';
import type { ExpectedTables } from './expected-rows';
import type { Knobs, KnobsPatch } from './knobs';
import type { CohortAccount } from './lms/cohort-world';
import type { InquiryDraft, PostedInquiry } from './lms/inquiry-board';
import type { LmsCounts } from './lms/request-ledger';
import type { addRowSchema, changeRowsSchema, dropRowsSchema } from './lms/row-changes';
import type { StatisticsCall } from './statistics/statistics-server';

export interface SimulatorOptions {
  host?: string;
  /** Port of the LMS, the next three for Chat, statistics server and control; 0 (default): four free ones. */
  port?: number;
  /** The same seed gives the same data. */
  seed?: string;
  /** Cohorts to begin with, SK001 and so on. */
  cohorts?: number;
  size?: Partial<CourseSize>;
  knobs?: KnobsPatch;
  webhookKey?: string;
  webhookToken?: string;
}

export const cohortDraftSchema = z.strictObject({
  skId: z.string().min(1).max(50),
  cohortName: z.string().optional(),
  /** Cohorts with the same log-in share an account. */
  loginId: z.string().optional(),
  password: z.string().optional(),
  space: z.string().optional(),
  size: z
    .strictObject({
      students: z.int().min(0),
      pblProblems: z.int().min(0),
      tasks: z.int().min(0),
      units: z.int().min(0),
      lessonsPerUnit: z.int().min(0),
    })
    .partial()
    .optional(),
});
export type CohortDraft = z.input<typeof cohortDraftSchema>;

export interface SimulatorState {
  lms: LmsCounts & {
    faults: Record<string, number>;
    logins: number;
    wrongPasswords: number;
    refusedWhileLocked: number;
    /** Accounts that were locked at any time since the counts began. */
    lockedAccounts: string[];
    completions: { recorded: number; repeated: number };
    inquiries: number;
  };
  chat: ChatCounts & { faults: Record<string, number> };
  statistics: { calls: number; accepted: number; faults: Record<string, number> };
}

/** The running simulator; the control API over HTTP offers the same (simulator/README.md). */
export interface Simulator {
  lmsUrl: string;
  /** The base of all webhooks. */
  chatBaseUrl: string;
  /** A space's webhook, its secrets included. */
  chatUrl(space: string): string;
  statisticsUrl: string;
  controlUrl: string;
  /** The page that shows Chat's messages. */
  chatPageUrl: string;
  /** The knobs as they are; change them by `setKnobs`. */
  readonly knobs: Readonly<Knobs>;
  setKnobs(patch: KnobsPatch): Promise<void>;
  addCohort(draft: CohortDraft): CohortAccount;
  cohorts(): CohortAccount[];
  /** The cohorts' accounts as `openeg cohorts import` reads them. */
  cohortsCsv(): string;
  setPassword(skId: string, password: string): void;
  addInquiry(skId: string, draft?: InquiryDraft): PostedInquiry;
  dropInquiries(skId: string, entryIds: readonly string[]): number;
  inquiries(skId?: string): PostedInquiry[];
  dropRows(change: z.input<typeof dropRowsSchema>): number;
  changeRows(change: z.input<typeof changeRowsSchema>): number;
  addRow(change: z.input<typeof addRowSchema>): void;
  /** What right tables hold of this cohort after a collection of this date. */
  expectedRows(skId: string, date: string): ExpectedTables;
  /** Tokens of one cohort's account, or all; returns how many. */
  revokeTokens(skId?: string): number;
  unlockAccount(skId: string): void;
  state(): SimulatorState;
  /** Starts every count and record anew; data, tokens and Chat's memory of requestIds stay. */
  resetCounts(): void;
  repeatedRequests(): { request: string; count: number }[];
  chatMessages(space?: string): ChatMessage[];
  statisticsCalls(): StatisticsCall[];
  completions(): RecordedCompletion[];
  /** The LMS's clock, epoch milliseconds. */
  now(): number;
  close(): Promise<void>;
}

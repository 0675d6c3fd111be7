import { z } from 'zod';
import type { CourseSize } from '../data/course-generator';
import type { RecordedCompletion } from '../data/lms-records';
import { expectedRows, type ExpectedTables } from '../expected-rows';
import type { LmsKnobs } from '../knobs';
import { createCohortWorld, type CohortAccount, type CohortWorld } from './cohort-world';
import type { InquiryDraft, PostedInquiry } from './inquiry-board';
import { createLmsAccounts } from './lms-accounts';
import { startLmsServer, type LmsServer } from './lms-server';
import { createRequestLedger, type LmsCounts } from './request-ledger';
import { addRow, addRowSchema, changeRows, changeRowsSchema, dropRows, dropRowsSchema } from './row-changes';

const DEFAULT_SIZE: CourseSize = { students: 30, pblProblems: 4, tasks: 5, units: 4, lessonsPerUnit: 6 };

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

export interface LmsState extends LmsCounts {
  faults: Record<string, number>;
  logins: number;
  wrongPasswords: number;
  refusedWhileLocked: number;
  /** Accounts that were locked since the last reset. */
  lockedAccounts: string[];
  completions: { recorded: number; repeated: number };
  inquiries: number;
}

/** The LMS's operations for tests and the control API. Each call throws when its cohort does not exist. */
export interface LmsControls {
  addCohort(draft: CohortDraft): CohortAccount;
  cohorts(): CohortAccount[];
  setPassword(skId: string, password: string): void;
  addInquiry(skId: string, draft?: InquiryDraft): PostedInquiry;
  /** Returns how many were dropped. */
  dropInquiries(skId: string, entryIds: readonly string[]): number;
  inquiries(skId?: string): PostedInquiry[];
  dropRows(change: z.input<typeof dropRowsSchema>): number;
  changeRows(change: z.input<typeof changeRowsSchema>): number;
  addRow(change: z.input<typeof addRowSchema>): void;
  /** The rows that right tables hold of this cohort after a collection of this date. */
  expectedRows(skId: string, date: string): ExpectedTables;
  /** Revokes the tokens of one cohort's account, or all tokens. Returns how many. */
  revokeTokens(skId?: string): number;
  unlockAccount(skId: string): void;
  repeatedRequests(): { request: string; count: number }[];
  completions(): RecordedCompletion[];
  /** The LMS's clock, epoch milliseconds. */
  now(): number;
}

export interface SimulatedLms {
  server: LmsServer;
  controls: LmsControls;
  state(): LmsState;
  /** Sets the counts to 0. Data and tokens stay. */
  resetCounts(): void;
}

/** The LMS: its cohorts, its accounts and its HTTP server. */
export async function startSimulatedLms(options: {
  host: string;
  port: number;
  seed: string;
  size: Partial<CourseSize>;
  knobs: LmsKnobs;
}): Promise<SimulatedLms> {
  const { seed, knobs } = options;
  const now = () => Date.now() + knobs.clockOffsetMs;
  const worlds = new Map<string, CohortWorld>();
  const accounts = createLmsAccounts(knobs, now);
  const ledger = createRequestLedger();
  const server = await startLmsServer({ ...options, cohorts: worlds, accounts, ledger, now });

  function worldOf(skId: string): CohortWorld {
    const world = worlds.get(skId);
    if (world === undefined) throw new Error(`no such cohort: ${skId}`);
    return world;
  }

  const controls: LmsControls = {
    addCohort(given) {
      const draft = cohortDraftSchema.parse(given);
      const account: CohortAccount = {
        skId: draft.skId,
        cohortName: draft.cohortName ?? `${draft.skId} 클라우드 개발자 과정`,
        loginId: draft.loginId ?? `manager-${draft.skId}`,
        password: draft.password ?? `password-${draft.skId}`,
        space: draft.space ?? `space-${draft.skId}`,
      };
      const size = { ...DEFAULT_SIZE, ...options.size, ...draft.size };
      worlds.set(draft.skId, createCohortWorld({ seed, account, size, now }));
      accounts.set(account.loginId, account.password);
      return account;
    },
    cohorts: () => [...worlds.values()].map((world) => world.account),
    setPassword(skId, password) {
      const { account } = worldOf(skId);
      account.password = password;
      accounts.set(account.loginId, password);
    },
    addInquiry: (skId, draft = {}) => worldOf(skId).inquiries.add(draft),
    dropInquiries: (skId, entryIds) => worldOf(skId).inquiries.drop(entryIds),
    inquiries: (skId) =>
      (skId === undefined ? [...worlds.values()] : [worldOf(skId)]).flatMap((world) => world.inquiries.all()),
    dropRows: (change) => dropRows(worldOf(change.skId), dropRowsSchema.parse(change)),
    changeRows: (change) => changeRows(worldOf(change.skId), changeRowsSchema.parse(change)),
    addRow: (change) => addRow(worldOf(change.skId), addRowSchema.parse(change)),
    expectedRows: (skId, date) => expectedRows(worldOf(skId), date),
    revokeTokens: (skId) => accounts.revokeTokens(skId === undefined ? undefined : worldOf(skId).account.loginId),
    unlockAccount: (skId) => accounts.unlock(worldOf(skId).account.loginId),
    repeatedRequests: () => ledger.repeated(),
    completions: () => [...worlds.values()].flatMap((world) => [...world.completions.values()]),
    now,
  };

  return {
    server,
    controls,
    state() {
      const completions = controls.completions();
      const reports = completions.reduce((sum, completion) => sum + completion.reports, 0);
      return {
        ...ledger.counts(),
        ...accounts.counts(),
        faults: server.faults.counts(),
        completions: { recorded: completions.length, repeated: reports - completions.length },
        inquiries: controls.inquiries().length,
      };
    },
    resetCounts() {
      ledger.reset();
      accounts.resetCounts();
      server.faults.resetCounts();
    },
  };
}

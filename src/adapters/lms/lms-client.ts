import type { VodLog } from '../../domain/collection/attendance';
import type { PblProblem, PblSubmission } from '../../domain/collection/datasets/pbl-dataset';
import type { RoadmapUnit } from '../../domain/collection/datasets/roadmap-dataset';
import type { Task, TaskSubmission } from '../../domain/collection/datasets/task-dataset';
import type { Inquiry } from '../../domain/inquiries/inquiry';
import type { Student } from '../../domain/people/student';
import type { LearningDate } from '../../domain/shared/learning-date';

/** One cohort's account at the LMS, decrypted. It is never logged and never reaches a workflow. */
export interface LmsAccount {
  skId: string;
  loginId: string;
  password: string;
}

export interface LmsCallOptions {
  /** Ends waiting and running requests. */
  signal: AbortSignal;
  /** Called after each log-in and after each request that brought what was asked for. */
  onProgress?: () => void;
}

export interface InquiryListing {
  /** Each entryId once, oldest first. */
  inquiries: Inquiry[];
  /** Items that are no inquiry: too little of them can be read for an alert. */
  unreadable: UnreadableInquiry[];
  /** The LMS's clock at the time of its first answer; null where it did not say. */
  lmsTime: Date | null;
}

export interface UnreadableInquiry {
  /** Null where the LMS named none. */
  entryId: string | null;
  /** Names the field, and the item's place where it has no entryId. Quotes nothing of the item. */
  problem: string;
}

export interface CompletionToReport {
  completionId: string;
  memberNo: string;
  eduNo: string;
  chasiNo: string;
  completedAt: Date;
  /** 0 to 1 */
  progressRate: number;
}

/**
 * What the answers so far show about an account's session. A session can die and go on answering with empty lists (contract
 * section 1). It stays dead, so an answer that lists something proves that all empty lists before it were true.
 */
export interface SessionEvidence {
  /** How many of the account's sessions have ended. Equal before and after some calls: no session ended between them. */
  generation: number;
  /** The newest generation that ended without proof of its last empty lists; -1 where there is none. */
  newestDoubtful: number;
  /** Whether every empty list of this generation is proven. */
  isProven: boolean;
}

/**
 * The LMS as the service needs it. This is the port: each kind of LMS implements it in a folder beside `openeg/`. Lists
 * come whole, each item once, as plain types of the domain. An implementation tries a request a few times before it
 * throws.
 *
 * @throws ServiceError LMS_UNAVAILABLE, LMS_RATE_LIMITED, LMS_NOT_FOUND, LMS_SESSION_REJECTED, LMS_BAD_PAGE,
 *   LMS_REJECTED, LMS_ACCOUNT_REFUSED, LMS_ACCOUNT_HELD, LMS_LEASE_LOST, DATABASE_UNAVAILABLE; the signal's reason
 */
export interface LmsClient {
  /** Inquiries with `createdAt` at or after `since`. */
  listInquiries(account: LmsAccount, since: Date, options: LmsCallOptions): Promise<InquiryListing>;
  /** Whether the cohort's roster lists anybody, by one request. */
  hasStudents(account: LmsAccount, options: LmsCallOptions): Promise<boolean>;
  /** Students of every status. */
  listStudents(account: LmsAccount, options: LmsCallOptions): Promise<Student[]>;
  listVodLogs(account: LmsAccount, studentId: string, date: LearningDate, options: LmsCallOptions): Promise<VodLog[]>;
  listPblProblems(account: LmsAccount, options: LmsCallOptions): Promise<PblProblem[]>;
  listPblSubmissions(account: LmsAccount, problemId: string, options: LmsCallOptions): Promise<PblSubmission[]>;
  listTasks(account: LmsAccount, options: LmsCallOptions): Promise<Task[]>;
  listTaskSubmissions(account: LmsAccount, taskId: string, options: LmsCallOptions): Promise<TaskSubmission[]>;
  getRoadmap(account: LmsAccount, options: LmsCallOptions): Promise<RoadmapUnit[]>;
  /** Reports one completion; `duplicate` where the LMS knew its `completionId` already. */
  reportCompletion(
    account: LmsAccount,
    report: CompletionToReport,
    options: LmsCallOptions,
  ): Promise<{ duplicate: boolean }>;
  session(account: LmsAccount): SessionEvidence;
  /** Ends the session, so that the next call logs in anew: for a session that seems dead although the LMS accepts it. */
  forgetSession(account: LmsAccount): void;
}

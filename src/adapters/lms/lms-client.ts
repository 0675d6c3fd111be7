import type { PblProblem, PblSubmission, Task, TaskSubmission } from '../../domain/collection/coursework';
import type { RoadmapUnit } from '../../domain/collection/roadmap';
import type { VodLog } from '../../domain/collection/vod-log';
import type { Inquiry } from '../../domain/inquiries/inquiry';
import type { Student } from '../../domain/people/student';
import type { LearningDate } from '../../domain/shared/learning-date';

/** Whose turn it is when slots are scarce: the lower number first. */
export const LMS_PRIORITY = { inquiry: 0, completion: 1, collection: 2 } as const;

/** One cohort's account at the LMS, decrypted. Never logged, never handed to a workflow. */
export interface LmsAccount {
  skId: string;
  loginId: string;
  password: string;
}

export interface LmsCallOptions {
  /** Aborts waiting and requests; an aborted request keeps its slot until the LMS is surely done with it. */
  signal: AbortSignal;
  /** Called after each log-in and each request that brought what was asked for. */
  onProgress?: () => void;
}

export interface InquiryListing {
  /** Deduplicated by entryId, oldest first. */
  inquiries: Inquiry[];
  /** The LMS's clock when it answered the first page (its `Date` header); null when the header was missing or unreadable. */
  lmsTime: Date | null;
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
 * The LMS as the service sees it: lists come whole (all pages, each item once), parsed. Each request gets a few tries
 * inside; what still fails is thrown.
 *
 * @throws ServiceError LMS_UNAVAILABLE, LMS_RATE_LIMITED, LMS_SESSION_REJECTED, LMS_LEASE_LOST, DATABASE_UNAVAILABLE
 *   (another try may succeed); LMS_BAD_PAGE, LMS_REJECTED, LMS_ACCOUNT_REFUSED, LMS_ACCOUNT_HELD (a person has to look)
 */
export interface LmsClient {
  listInquiries(account: LmsAccount, since: Date, options: LmsCallOptions): Promise<InquiryListing>;
  listStudents(account: LmsAccount, options: LmsCallOptions): Promise<Student[]>;
  listVodLogs(account: LmsAccount, studentId: string, date: LearningDate, options: LmsCallOptions): Promise<VodLog[]>;
  listPblProblems(account: LmsAccount, options: LmsCallOptions): Promise<PblProblem[]>;
  listPblSubmissions(account: LmsAccount, problemId: string, options: LmsCallOptions): Promise<PblSubmission[]>;
  listTasks(account: LmsAccount, options: LmsCallOptions): Promise<Task[]>;
  listTaskSubmissions(account: LmsAccount, taskId: string, options: LmsCallOptions): Promise<TaskSubmission[]>;
  getRoadmap(account: LmsAccount, options: LmsCallOptions): Promise<RoadmapUnit[]>;
  reportCompletion(
    account: LmsAccount,
    report: CompletionToReport,
    options: LmsCallOptions,
  ): Promise<{ duplicate: boolean }>;
  /** Forgets the account's token, so that the next call logs in anew: for when a session seems dead though it answers 200. */
  forgetSession(account: LmsAccount): void;
  /** Sends nothing more: waiting calls fail with LMS_LEASE_LOST, those at the LMS have a second to be answered. */
  close(): Promise<void>;
}

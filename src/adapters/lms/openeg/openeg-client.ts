import type { z } from 'zod';
import {
  completionAnswerSchema,
  inquirySchema,
  pageSchema,
  pblProblemSchema,
  pblSubmissionSchema,
  roadmapSchema,
  studentSchema,
  taskSchema,
  taskSubmissionSchema,
  vodLogSchema,
} from './wire-schemas';
import type { PblProblem, PblSubmission, Task, TaskSubmission } from '../../../domain/collection/coursework';
import type { VodLog } from '../../../domain/collection/vod-log';
import type { Student } from '../../../domain/people/student';
import { ServiceError } from '../../../domain/shared/service-error';
import type { LmsAccounts } from '../../database/accounts/lms-accounts';
import type { Logger } from '../../logger';
import type { Metrics } from '../../metrics';
import { listAllPages, type ListRequest } from './list-all-pages';
import { LMS_PRIORITY, type LmsAccount, type LmsCallOptions, type LmsClient } from '../lms-client';
import type { LmsLease } from '../access/lms-lease';
import { lmsPath } from './routes';
import { createLmsRequests } from './openeg-requests';
import { createLmsSessions } from './openeg-sessions';
import { createLmsTransport } from '../access/lms-transport';
import { LMS_TRY_POLICY, type TryPolicy } from '../access/tries';
import { monotonicClock } from '../../shared/monotonic-clock';
import { pause } from '../../shared/pause';
import { createRequestLimiter } from '../access/request-limiter';

const REQUEST_TIMEOUT_MS = 10_000;
/** How long requests that are at the LMS may still be answered when the client is closed. */
const CLOSE_GRACE_MS = 1_000;

const inquiryPage = pageSchema(inquirySchema);
const studentPage = pageSchema(studentSchema);
const vodLogPage = pageSchema(vodLogSchema);
const pblProblemPage = pageSchema(pblProblemSchema);
const pblSubmissionPage = pageSchema(pblSubmissionSchema);
const taskPage = pageSchema(taskSchema);
const taskSubmissionPage = pageSchema(taskSubmissionSchema);

export interface LmsClientOptions {
  /** May have a path of its own, which every request gets in front. */
  baseUrl: string;
  /** Requests at the LMS at once, abandoned ones included. */
  maxConcurrentRequests: number;
  lease: Pick<LmsLease, 'isHeld' | 'assertHeld' | 'whenHeld'>;
  accounts: LmsAccounts;
  logger: Logger;
  metrics: Pick<Metrics, 'lmsInFlight' | 'lmsWaiting' | 'lmsRequests' | 'lmsRequestSeconds' | 'lmsLogins'>;
  tryPolicy?: TryPolicy;
  requestTimeoutMs?: number;
}

/** The client of the process that may hold the lease. */
export interface ClosableLmsClient extends LmsClient {
  /** Milliseconds until the LMS is surely done with all that was sent: what `LmsLease.release` wants to know, after `close`. */
  quietInMs(): number;
}

export function createLmsClient(options: LmsClientOptions): ClosableLmsClient {
  const { baseUrl, maxConcurrentRequests: slots, lease, accounts, logger, metrics } = options;
  const { tryPolicy: policy = LMS_TRY_POLICY, requestTimeoutMs = REQUEST_TIMEOUT_MS } = options;
  const clock = monotonicClock;
  const closing = new AbortController();
  const closed = closing.signal;
  const showSlots = (inFlight: number, waiting: number) => {
    metrics.lmsInFlight.set(inFlight);
    metrics.lmsWaiting.set(waiting);
  };
  showSlots(0, 0);
  const priorities = Object.keys(LMS_PRIORITY).length;
  const limiter = createRequestLimiter({ slots, priorities, clock, onChange: showSlots });
  const transport = createLmsTransport({ baseUrl, slots, limiter, lease, requestTimeoutMs, clock, metrics });
  const sessions = createLmsSessions({ transport, lease, accounts, policy, clock, closed, logger, metrics });
  const requests = createLmsRequests({ transport, sessions, policy, clock, closed, metrics });

  const pathOf = (account: LmsAccount, ...segments: string[]) => lmsPath('cohorts', account.skId, ...segments);
  const list = async <Item extends z.ZodType>(
    wanted: Pick<ListRequest<Item>, 'operation' | 'path' | 'answer' | 'keyOf'>,
    account: LmsAccount,
    call: LmsCallOptions,
  ) => {
    const { items } = await listAllPages(requests, { ...wanted, ...call, account, priority: LMS_PRIORITY.collection });
    return items;
  };

  return {
    async listInquiries(account, since, call) {
      const { items, firstHeaders } = await listAllPages(requests, {
        ...call,
        account,
        operation: 'listInquiries',
        path: `${pathOf(account, 'inquiries')}?since=${encodeURIComponent(since.toISOString())}`,
        priority: LMS_PRIORITY.inquiry,
        answer: inquiryPage,
        keyOf: (inquiry) => inquiry.entryId,
      });
      // The LMS lists the newest first; of two with one createdAt the later listed is the older.
      const inquiries = items.reverse().sort((one, other) => one.createdAt.getTime() - other.createdAt.getTime());
      const date = typeof firstHeaders.date === 'string' ? new Date(firstHeaders.date) : null;
      return { inquiries, lmsTime: date === null || Number.isNaN(date.getTime()) ? null : date };
    },
    async listStudents(account, call) {
      const path = pathOf(account, 'students');
      const keyOf = (student: Student) => student.studentId;
      return list({ operation: 'listStudents', path, answer: studentPage, keyOf }, account, call);
    },
    async listVodLogs(account, studentId, date, call) {
      const path = `${pathOf(account, 'students', studentId, 'vod-logs')}?date=${date}`;
      const keyOf = (log: VodLog) => log.period;
      return list({ operation: 'listVodLogs', path, answer: vodLogPage, keyOf }, account, call);
    },
    async listPblProblems(account, call) {
      const path = pathOf(account, 'pbl', 'problems');
      const keyOf = (problem: PblProblem) => problem.problemId;
      return list({ operation: 'listPblProblems', path, answer: pblProblemPage, keyOf }, account, call);
    },
    async listPblSubmissions(account, problemId, call) {
      const path = pathOf(account, 'pbl', 'problems', problemId, 'submissions');
      const keyOf = (submission: PblSubmission) => submission.studentId;
      return list({ operation: 'listPblSubmissions', path, answer: pblSubmissionPage, keyOf }, account, call);
    },
    async listTasks(account, call) {
      const path = pathOf(account, 'tasks');
      const keyOf = (task: Task) => task.taskId;
      return list({ operation: 'listTasks', path, answer: taskPage, keyOf }, account, call);
    },
    async listTaskSubmissions(account, taskId, call) {
      const path = pathOf(account, 'tasks', taskId, 'submissions');
      const keyOf = (submission: TaskSubmission) => submission.studentId;
      return list({ operation: 'listTaskSubmissions', path, answer: taskSubmissionPage, keyOf }, account, call);
    },
    async getRoadmap(account, call) {
      const { value } = await requests.ask({
        ...call,
        account,
        operation: 'getRoadmap',
        method: 'GET',
        path: pathOf(account, 'roadmap'),
        priority: LMS_PRIORITY.collection,
        answer: roadmapSchema,
      });
      return value.units;
    },
    async reportCompletion(account, report, call) {
      const { value } = await requests.ask({
        ...call,
        account,
        operation: 'reportCompletion',
        method: 'POST',
        path: pathOf(account, 'completions'),
        body: report,
        priority: LMS_PRIORITY.completion,
        answer: completionAnswerSchema,
      });
      return value;
    },
    forgetSession: (account) => sessions.forget(account),
    quietInMs: () => limiter.quietInMs(),
    async close() {
      const stopping = new ServiceError('LMS_LEASE_LOST', 'This process is stopping; another one goes on by itself.');
      limiter.refuse(stopping);
      closing.abort(stopping);
      const graceOver = new AbortController();
      await Promise.race([limiter.drain(), pause(CLOSE_GRACE_MS, [graceOver.signal], clock)]);
      graceOver.abort();
      await transport.destroy();
    },
  };
}

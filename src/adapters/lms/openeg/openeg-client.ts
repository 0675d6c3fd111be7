import type { z } from 'zod';
import type { LmsAccounts } from '../../database/accounts/lms-accounts';
import type { Logger } from '../../logger';
import type { Metrics } from '../../metrics';
import { LMS_PRIORITY, type LmsAccess } from '../access/lms-access';
import type { ResponseHeaders } from '../access/running-exchange';
import type { LmsAccount, LmsCallOptions, LmsClient } from '../lms-client';
import { listAllPages, type ListKind } from './list-all-pages';
import { PageLimits } from './page-limits';
import { OpenEgRequests } from './openeg-requests';
import { OpenEgSessions } from './openeg-sessions';
import { routes } from './routes';
import {
  completionAnswerSchema,
  inquiryItemSchema,
  largeInquiry,
  pageSchema,
  pblProblemSchema,
  pblSubmissionSchema,
  roadmapSchema,
  studentSchema,
  taskSchema,
  taskSubmissionSchema,
  vodLogSchema,
} from './wire-schemas';

const INQUIRIES = {
  ...listKind('listInquiries', inquiryItemSchema, ({ entryId }, place) => entryId ?? place),
  ofEmptyPage: 'no list' as const,
  ofLargeItem: largeInquiry,
};
const STUDENTS = listKind('listStudents', studentSchema, ({ studentId }) => studentId);
const VOD_LOGS = listKind('listVodLogs', vodLogSchema, ({ period }) => period);
const PBL_PROBLEMS = listKind('listPblProblems', pblProblemSchema, ({ problemId }) => problemId);
const PBL_SUBMISSIONS = listKind('listPblSubmissions', pblSubmissionSchema, ({ studentId }) => studentId);
const TASKS = listKind('listTasks', taskSchema, ({ taskId }) => taskId);
const TASK_SUBMISSIONS = listKind('listTaskSubmissions', taskSubmissionSchema, ({ studentId }) => studentId);

export interface OpenEgClientOptions {
  access: LmsAccess;
  accounts: LmsAccounts;
  logger: Logger;
  metrics: Pick<Metrics, 'lmsRequests' | 'lmsLogins'>;
}

/** The port to an LMS that speaks docs/contract/lms-api.openapi.yaml. */
export function createOpenEgClient({ access, accounts, logger, metrics }: OpenEgClientOptions): LmsClient {
  const sessions = new OpenEgSessions({ access, accounts, logger, metrics });
  const pageLimits = new PageLimits();
  const requests = new OpenEgRequests({ access, sessions, accounts, logger, metrics });

  const collect = async <Item extends z.ZodType>(
    kind: ListKind<Item>,
    path: string,
    account: LmsAccount,
    options: LmsCallOptions,
  ) => {
    const { items } = await listAllPages(requests, pageLimits, kind, {
      ...options,
      account,
      path,
      priority: LMS_PRIORITY.collection,
    });
    return items;
  };

  return {
    async listInquiries(account, since, options) {
      const path = routes.inquiries(account.skId, since);
      const request = { ...options, account, path, priority: LMS_PRIORITY.inquiry };
      const { items, firstHeaders } = await listAllPages(requests, pageLimits, INQUIRIES, request);
      return {
        // The LMS lists the newest first; of two with one createdAt the later listed is the older.
        inquiries: items
          .flatMap(({ inquiry }) => inquiry ?? [])
          .reverse()
          .sort((one, other) => one.createdAt.getTime() - other.createdAt.getTime()),
        unreadable: items.flatMap(({ entryId, problem }) => (problem === undefined ? [] : { entryId, problem })),
        lmsTime: dateOf(firstHeaders),
      };
    },
    async hasStudents(account, options) {
      const { value } = await requests.ask({
        ...options,
        account,
        operation: STUDENTS.operation,
        method: 'GET',
        path: `${routes.students(account.skId)}?limit=1`,
        priority: LMS_PRIORITY.inquiry,
        answer: STUDENTS.page,
        listedBy: ({ items }) => (items.length > 0 ? 'something' : 'nothing'),
      });
      return value.items.length > 0;
    },
    async listStudents(account, options) {
      return collect(STUDENTS, routes.students(account.skId), account, options);
    },
    async listVodLogs(account, studentId, date, options) {
      return collect(VOD_LOGS, routes.vodLogs(account.skId, studentId, date), account, options);
    },
    async listPblProblems(account, options) {
      return collect(PBL_PROBLEMS, routes.pblProblems(account.skId), account, options);
    },
    async listPblSubmissions(account, problemId, options) {
      return collect(PBL_SUBMISSIONS, routes.pblSubmissions(account.skId, problemId), account, options);
    },
    async listTasks(account, options) {
      return collect(TASKS, routes.tasks(account.skId), account, options);
    },
    async listTaskSubmissions(account, taskId, options) {
      return collect(TASK_SUBMISSIONS, routes.taskSubmissions(account.skId, taskId), account, options);
    },
    async getRoadmap(account, options) {
      const { value } = await requests.ask({
        ...options,
        account,
        operation: 'getRoadmap',
        method: 'GET',
        path: routes.roadmap(account.skId),
        priority: LMS_PRIORITY.collection,
        answer: roadmapSchema,
        listedBy: ({ units }) => (units.length > 0 ? 'something' : 'nothing'),
      });
      return value.units;
    },
    async reportCompletion(account, report, options) {
      const { completionId, memberNo, eduNo, chasiNo, completedAt, progressRate } = report;
      const { value } = await requests.ask({
        ...options,
        account,
        operation: 'reportCompletion',
        method: 'POST',
        path: routes.completions(account.skId),
        body: { completionId, memberNo, eduNo, chasiNo, completedAt, progressRate },
        priority: LMS_PRIORITY.completion,
        answer: completionAnswerSchema,
        listedBy: () => 'no list',
      });
      return value;
    },
    session: (account) => sessions.evidence(account),
    forgetSession: (account) => sessions.forget(account),
  };
}

function listKind<Item extends z.ZodType>(
  operation: string,
  item: Item,
  keyOf: ListKind<Item>['keyOf'],
): ListKind<Item> {
  return { operation, page: pageSchema(item), keyOf };
}

/** The LMS's clock, by the `Date` header of its answer; null where that is missing or unreadable. */
function dateOf({ date }: ResponseHeaders): Date | null {
  const instant = typeof date === 'string' ? new Date(date) : null;
  return instant === null || Number.isNaN(instant.getTime()) ? null : instant;
}

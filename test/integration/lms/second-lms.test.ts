import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createCollectionLmsActivities } from '../../../src/activities/collection/collection-lms-activities';
import { createInquiryLmsActivities } from '../../../src/activities/inquiries/inquiry-lms-activities';
import { importCohorts } from '../../../src/adapters/database/accounts/import-cohorts';
import type { CompletionToReport, LmsAccount, LmsClient } from '../../../src/adapters/lms/lms-client';
import { createMetrics } from '../../../src/adapters/metrics';
import { createSecretBox } from '../../../src/adapters/secret-box';
import { DATA_TYPES } from '../../../src/domain/collection/data-type';
import type { DatasetOutcome } from '../../../src/domain/collection/dataset-outcome';
import { ServiceError } from '../../../src/domain/shared/service-error';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { tableRows } from '../../support/table-rows';

/*
 * An LMS of another make behind the port: its records have other names and forms, and it has neither routes nor tokens
 * nor pages. Everything that it needs is in this file; the collection and the inquiry check run on it unchanged.
 */

interface Course {
  password: string;
  /** Its answers are empty until somebody logs in anew. */
  isSessionDead: boolean;
  learners: { number: number; fullName: string; hasLeft: boolean }[];
  viewings: { learner: number; day: string; slot: number; film: string; minutes: number; seenMinutes: number }[];
  homework: { number: number; heading: string; handedIn: number[] }[];
  projects: { number: number; heading: string; points: Record<number, number> }[];
  chapters: { name: string; films: string[] }[];
  questions: { number: number; asker: number; subject: string; text: string; askedAtMs: number }[];
  finished: string[];
}

function createSecondLms(courses: ReadonlyMap<string, Course>): LmsClient {
  let generation = 0;
  const courseOf = ({ skId, password }: LmsAccount): Course => {
    const course = courses.get(skId);
    if (course === undefined) throw new ServiceError('LMS_NOT_FOUND', `Cohort ${skId}: the LMS has no such course.`);
    if (course.password !== password) {
      throw new ServiceError('LMS_ACCOUNT_REFUSED', `Cohort ${skId}: the LMS refused the password.`);
    }
    return course;
  };
  const read = async <Item>(account: LmsAccount, list: (course: Course) => Item[]): Promise<Item[]> => {
    const course = courseOf(account);
    return course.isSessionDead ? [] : list(course);
  };
  return {
    listInquiries: async (account, since) => ({
      lmsTime: null,
      unreadable: [],
      inquiries: await read(account, ({ questions, learners }) =>
        questions
          .filter(({ askedAtMs }) => askedAtMs >= since.getTime())
          .toSorted((one, other) => one.askedAtMs - other.askedAtMs)
          .map(({ number, asker, subject, text, askedAtMs }) => ({
            entryId: `question-${number}`,
            category: null,
            title: subject,
            content: text,
            studentId: String(asker),
            studentName: learners.find((learner) => learner.number === asker)?.fullName ?? '',
            createdAt: new Date(askedAtMs),
            answeredAt: null,
            url: null,
          })),
      ),
    }),
    hasStudents: async (account) => (await read(account, ({ learners }) => learners)).length > 0,
    listStudents: (account) =>
      read(account, ({ learners }) =>
        learners.map(({ number, fullName, hasLeft }) => ({
          studentId: String(number),
          name: fullName,
          status: hasLeft ? 'dropped' : 'active',
        })),
      ),
    listVodLogs: (account, studentId, date) =>
      read(account, ({ viewings }) =>
        viewings
          .filter(({ learner, day }) => String(learner) === studentId && day === date)
          .map(({ slot, film, minutes, seenMinutes }) => ({
            period: slot,
            lectureId: film,
            lectureTitle: film,
            durationSeconds: minutes * 60,
            watchedSeconds: seenMinutes * 60,
            firstPlayedAt: null,
            lastPlayedAt: null,
          })),
      ),
    listTasks: (account) =>
      read(account, ({ homework }) =>
        homework.map(({ number, heading }) => ({
          taskId: String(number),
          title: heading,
          submissionType: 'file',
          opensAt: null,
          dueAt: null,
        })),
      ),
    listTaskSubmissions: (account, taskId) =>
      read(account, ({ homework }) =>
        homework
          .filter(({ number }) => String(number) === taskId)
          .flatMap(({ handedIn }) => handedIn)
          .map((learner) => ({
            submissionId: null,
            studentId: String(learner),
            status: 'submitted',
            submittedAt: null,
          })),
      ),
    listPblProblems: (account) =>
      read(account, ({ projects }) =>
        projects.map(({ number, heading }) => ({
          problemId: String(number),
          title: heading,
          maxScore: 10,
          unitId: null,
          dueAt: null,
        })),
      ),
    listPblSubmissions: (account, problemId) =>
      read(account, ({ projects }) =>
        projects
          .filter(({ number }) => String(number) === problemId)
          .flatMap(({ points }) => Object.entries(points))
          .map(([learner, score]) => ({
            submissionId: null,
            studentId: learner,
            status: 'graded',
            score,
            submittedAt: null,
          })),
      ),
    getRoadmap: (account) =>
      read(account, ({ chapters }) =>
        chapters.map(({ name, films }, position) => ({
          unitId: name,
          title: name,
          position,
          progressRate: null,
          lessons: films.map((film, place) => ({
            lessonId: film,
            title: film,
            position: place,
            durationSeconds: null,
            progressRate: null,
          })),
        })),
      ),
    async reportCompletion(account, { completionId }: CompletionToReport) {
      const { finished } = courseOf(account);
      const duplicate = finished.includes(completionId);
      if (!duplicate) finished.push(completionId);
      return { duplicate };
    },
    // It knows nothing of its sessions, so that the roster is the only proof of an empty list.
    session: () => ({ generation, newestDoubtful: generation - 1, isProven: false }),
    forgetSession: (account) => {
      generation += 1;
      courseOf(account).isSessionDead = false;
    },
  };
}

const SK = 'ACADEMY-1';
const DATE = '2025-01-20';
const secretBox = createSecretBox(Buffer.alloc(32, 7));

let test: TestDatabase;
let course: Course;
let lms: LmsClient;
let wakes: number;

beforeEach(async () => {
  test = await createTestDatabase();
  course = {
    password: 'password',
    isSessionDead: false,
    learners: [
      { number: 1, fullName: '김하나', hasLeft: false },
      { number: 2, fullName: '이둘', hasLeft: true },
    ],
    viewings: [
      { learner: 1, day: DATE, slot: 1, film: 'film-1', minutes: 50, seenMinutes: 40 },
      { learner: 1, day: DATE, slot: 2, film: 'film-2', minutes: 50, seenMinutes: 39 },
      { learner: 1, day: '2025-01-21', slot: 3, film: 'film-3', minutes: 50, seenMinutes: 50 },
    ],
    homework: [{ number: 7, heading: '과제', handedIn: [1, 2] }],
    projects: [{ number: 8, heading: '문제', points: { 1: 9 } }],
    chapters: [{ name: 'chapter-1', films: ['film-1', 'film-2'] }],
    questions: [],
    finished: [],
  };
  lms = createSecondLms(new Map([[SK, course]]));
  wakes = 0;
  const account = { skId: SK, cohortName: '1기', loginId: 'manager', password: 'password', chatWebhookUrl: null };
  await importCohorts(test.database, secretBox, [account]);
});
afterEach(() => test?.drop());

const environment = () => new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });

function collect(): Promise<DatasetOutcome[]> {
  const activities = createCollectionLmsActivities({
    database: test.database,
    secretBox,
    lms,
    metrics: createMetrics(),
  });
  const requestedAt = new Date(Date.now() + 60_000).toISOString();
  const input = { skId: SK, date: DATE, dataTypes: [...DATA_TYPES], requestedAt };
  return environment().run(activities.collectCohort, input);
}

function checkInquiries() {
  const wakeDelivery = async () => {
    wakes += 1;
  };
  const parts = { database: test.database, secretBox, lms, metrics: createMetrics(), wakeDelivery };
  return environment().run(createInquiryLmsActivities(parts).checkInquiries, { skIds: [SK] });
}

const rows = (table: Parameters<typeof tableRows>[1]) => tableRows(test.database, table, SK, DATE);

it('is collected', async () => {
  expect(await collect()).toEqual([
    { dataType: 'vod', stored: true, rowCount: 16 },
    { dataType: 'pbl', stored: true, rowCount: 2 },
    { dataType: 'task', stored: true, rowCount: 3 },
    { dataType: 'roadmap', stored: true, rowCount: 3 },
  ]);
  const attended = (await rows('openeg_vod_logs')).filter((row) => row.attended === 1);
  expect(attended).toMatchObject([{ student_id: '1', student_name: '김하나', period: 1, watched_seconds: 2_400 }]);
  expect(await rows('openeg_task_submissions')).toMatchObject([
    { task_id: '7', student_id: '1', status: 'submitted' },
    { task_id: '7', student_id: '2', status: 'submitted' },
  ]);
  expect(await rows('openeg_pbl_submissions')).toMatchObject([{ problem_id: '8', student_id: '1', score: 9 }]);
  expect(await rows('openeg_roadmap_lessons')).toMatchObject([{ lesson_id: 'film-1' }, { lesson_id: 'film-2' }]);
});

it('is asked again with a new session when its answers lose what is stored', async () => {
  await collect();
  const before = await rows('openeg_vod_logs');
  course.isSessionDead = true;
  expect((await collect()).filter(({ stored }) => !stored)).toEqual([]);
  expect(course.isSessionDead).toBe(false);
  expect(await rows('openeg_vod_logs')).toEqual(before);
});

it('keeps what is stored when it refuses the account', async () => {
  await collect();
  const before = await rows('openeg_roadmap_units');
  course.password = 'another';
  expect((await collect()).map(({ code }) => code)).toEqual(Array(4).fill('LMS_ACCOUNT_REFUSED'));
  expect(await rows('openeg_roadmap_units')).toEqual(before);
});

it('has its inquiries alerted once', async () => {
  const question = { asker: 1, subject: '질문', text: '내용', askedAtMs: Date.now() };
  course.questions = [
    { ...question, number: 2 },
    { ...question, number: 1, askedAtMs: Date.now() - 60_000 },
  ];
  const found = { skId: SK, newInquiries: 2, lateInquiries: 0 };
  expect(await checkInquiries()).toEqual({ checked: 1, found: [found], failures: [] });
  expect(wakes).toBe(1);
  expect(await checkInquiries()).toEqual({ checked: 1, found: [], failures: [] });
  const tracked = await test.database.query('SELECT entry_id FROM openeg_entry_tracking ORDER BY id');
  expect(tracked).toEqual([{ entry_id: 'question-1' }, { entry_id: 'question-2' }]);
  const [alert] = await test.database.query<{ content: string }>('SELECT content FROM openeg_chat_outbox ORDER BY id');
  expect(alert!.content).toContain('김하나');
});

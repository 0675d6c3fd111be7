import { createHash } from 'node:crypto';
import type { CohortWorld } from './lms/cohort-world';

/** Instants are `2025-01-20T00:00:00.000Z`, learning dates `2025-01-20`, flags 0 or 1. */
export type ExpectedRow = Record<string, string | number | null>;

/** The key of each table. Expected rows are sorted by it, byte for byte. */
export const TABLE_KEYS = {
  openeg_vod_logs: ['sk_id', 'student_id', 'log_date', 'period'],
  openeg_tasks: ['sk_id', 'task_id'],
  openeg_task_submissions: ['sk_id', 'task_id', 'student_id'],
  openeg_pbl_problems: ['sk_id', 'problem_id'],
  openeg_pbl_submissions: ['sk_id', 'problem_id', 'student_id'],
  openeg_roadmap_units: ['sk_id', 'unit_id'],
  openeg_roadmap_lessons: ['sk_id', 'lesson_id'],
  openeg_entry_tracking: ['entry_hash'],
} as const satisfies Record<string, readonly string[]>;

export type ExpectedTable = keyof typeof TABLE_KEYS;
export type ExpectedTables = Record<ExpectedTable, ExpectedRow[]>;

const PERIODS = [1, 2, 3, 4, 5, 6, 7, 8];
const instant = (text: string | null | undefined) => (text ? new Date(text).toISOString() : null);
const orNull = <Value>(value: Value | null | undefined) => value ?? null;

/** With whole numbers, because 0.8 is no exact double: 28 of 35 seconds are exactly 80 %. */
const isAttended = (watchedSeconds: number, durationSeconds: number) =>
  durationSeconds > 0 && watchedSeconds * 10 >= durationSeconds * 8;

/**
 * A cohort's rows in the tables of contract section 5 after a correct collection of this learning date, with every
 * column of the contract. They follow from the LMS's present lists and the text of the contract alone.
 * `openeg_entry_tracking` has the columns that are known before detection, for all inquiries, visible or not yet.
 */
export function expectedRows(world: CohortWorld, date: string): ExpectedTables {
  const { skId } = world.account;
  const problems = world.pblProblems.items();
  const tasks = world.tasks.items();
  const units = world.roadmapUnits.items();
  const tables: ExpectedTables = {
    openeg_vod_logs: expectedVodLogs(world, date),
    openeg_tasks: tasks.map((task) => ({
      sk_id: skId,
      task_id: task.taskId,
      title: task.title,
      submission_type: task.submissionType,
      opens_at: instant(task.opensAt),
      due_at: instant(task.dueAt),
    })),
    openeg_task_submissions: tasks.flatMap(({ taskId }) =>
      (world.taskSubmissions(taskId)?.items() ?? []).map((submission) => ({
        sk_id: skId,
        task_id: taskId,
        student_id: submission.studentId,
        submission_id: orNull(submission.submissionId),
        status: submission.status,
        submitted_at: instant(submission.submittedAt),
      })),
    ),
    openeg_pbl_problems: problems.map((problem) => ({
      sk_id: skId,
      problem_id: problem.problemId,
      title: problem.title,
      max_score: problem.maxScore,
      unit_id: orNull(problem.unitId),
      due_at: instant(problem.dueAt),
    })),
    openeg_pbl_submissions: problems.flatMap(({ problemId }) =>
      (world.pblSubmissions(problemId)?.items() ?? []).map((submission) => ({
        sk_id: skId,
        problem_id: problemId,
        student_id: submission.studentId,
        submission_id: orNull(submission.submissionId),
        status: submission.status,
        score: orNull(submission.score),
        submitted_at: instant(submission.submittedAt),
      })),
    ),
    openeg_roadmap_units: units.map((unit) => ({
      sk_id: skId,
      unit_id: unit.unitId,
      title: unit.title,
      position: unit.position,
      progress_rate: orNull(unit.progressRate),
    })),
    openeg_roadmap_lessons: units.flatMap(({ unitId }) =>
      (world.roadmapLessons(unitId)?.items() ?? []).map((lesson) => ({
        sk_id: skId,
        lesson_id: lesson.lessonId,
        unit_id: unitId,
        title: lesson.title,
        position: lesson.position,
        duration_seconds: orNull(lesson.durationSeconds),
        progress_rate: orNull(lesson.progressRate),
      })),
    ),
    openeg_entry_tracking: world.inquiries.all().map(({ inquiry }) => ({
      entry_hash: createHash('sha256').update(`${skId}\n${inquiry.entryId}`, 'utf8').digest('hex'),
      sk_id: skId,
      entry_id: inquiry.entryId,
      created_at: instant(inquiry.createdAt),
    })),
  };
  // With one order on both sides the difference of two long tables is readable.
  for (const table of Object.keys(TABLE_KEYS) as ExpectedTable[]) sortRows(tables[table], TABLE_KEYS[table]);
  return tables;
}

/** Eight rows for each student of the roster, of any status. */
function expectedVodLogs(world: CohortWorld, date: string): ExpectedRow[] {
  const { skId } = world.account;
  return world.students.items().flatMap((student) => {
    const logs = world.vodLogs(student.studentId, date)?.items() ?? [];
    return PERIODS.map((period) => {
      const log = logs.find((one) => one.period === period);
      return {
        sk_id: skId,
        student_id: student.studentId,
        log_date: date,
        period,
        student_name: student.name,
        lecture_id: orNull(log?.lectureId),
        lecture_title: orNull(log?.lectureTitle),
        duration_seconds: log?.durationSeconds ?? 0,
        watched_seconds: log?.watchedSeconds ?? 0,
        attended: log !== undefined && isAttended(log.watchedSeconds, log.durationSeconds) ? 1 : 0,
        first_played_at: instant(log?.firstPlayedAt),
        last_played_at: instant(log?.lastPlayedAt),
      };
    });
  });
}

/** Sorts in place. Texts are compared by their UTF-8 bytes, as in utf8mb4_bin. */
export function sortRows(rows: ExpectedRow[], key: readonly string[]): void {
  rows.sort((one, other) => {
    for (const column of key) {
      const [left, right] = [one[column] ?? null, other[column] ?? null];
      if (left === right) continue;
      if (typeof left === 'number' && typeof right === 'number') return left - right;
      return Buffer.compare(Buffer.from(String(left)), Buffer.from(String(right)));
    }
    return 0;
  });
}

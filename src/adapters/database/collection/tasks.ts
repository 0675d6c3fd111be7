import type { Task, TaskSubmission } from '../../../domain/collection/coursework';
import type { Queryable } from '../core/database';
import { tableContent, type CollectedTable, type TableContent } from './sync-rows';

const TASKS: CollectedTable<'sk_id' | 'task_id' | 'title' | 'submission_type' | 'opens_at' | 'due_at'> = {
  name: 'openeg_tasks',
  scopeColumns: ['sk_id'],
  keyColumns: ['task_id'],
  valueColumns: ['title', 'submission_type', 'opens_at', 'due_at'],
};

const TASK_SUBMISSIONS: CollectedTable<
  'sk_id' | 'task_id' | 'student_id' | 'submission_id' | 'status' | 'submitted_at'
> = {
  name: 'openeg_task_submissions',
  scopeColumns: ['sk_id'],
  keyColumns: ['task_id', 'student_id'],
  studentColumn: 'student_id',
  valueColumns: ['submission_id', 'status', 'submitted_at'],
};

export interface TaskWithSubmissions {
  task: Task;
  submissions: readonly TaskSubmission[];
}

/** The cohort's tasks and what was handed in. */
export function taskContents(skId: string, tasks: readonly TaskWithSubmissions[]): TableContent[] {
  const taskRows = tasks.map(({ task }) => ({
    sk_id: skId,
    task_id: task.taskId,
    title: task.title,
    submission_type: task.submissionType,
    opens_at: task.opensAt,
    due_at: task.dueAt,
  }));
  const submissionRows = tasks.flatMap(({ task, submissions }) =>
    submissions.map((submission) => ({
      sk_id: skId,
      task_id: task.taskId,
      student_id: submission.studentId,
      submission_id: submission.submissionId,
      status: submission.status,
      submitted_at: submission.submittedAt,
    })),
  );
  return [tableContent(TASKS, [skId], taskRows), tableContent(TASK_SUBMISSIONS, [skId], submissionRows)];
}

/** Tasks that are stored, each with whether submissions to it are. */
export async function storedTasks(db: Queryable, skId: string): Promise<Map<string, boolean>> {
  const rows = await db.query<{ id: string; has_submissions: number }>(
    `SELECT t.task_id AS id,
       EXISTS (SELECT 1 FROM openeg_task_submissions s WHERE s.sk_id = t.sk_id AND s.task_id = t.task_id) AS has_submissions
     FROM openeg_tasks t WHERE t.sk_id = ?`,
    [skId],
  );
  return new Map(rows.map((row) => [row.id, row.has_submissions === 1]));
}

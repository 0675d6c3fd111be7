import { defineTable, rowsOf, type Dataset } from './define-dataset';

/** A task (과제) of a cohort. */
export interface Task {
  taskId: string;
  title: string;
  submissionType: 'file' | 'link' | 'text' | 'quiz';
  opensAt: Date | null;
  dueAt: Date | null;
}

/** One student's submission to a task. */
export interface TaskSubmission {
  submissionId: string | null;
  studentId: string;
  status: 'not_submitted' | 'submitted' | 'late' | 'graded' | 'returned';
  submittedAt: Date | null;
}

export interface TaskWithSubmissions {
  task: Task;
  submissions: readonly TaskSubmission[];
}

const TASKS = defineTable({
  name: 'openeg_tasks',
  keyColumns: ['task_id'],
  valueColumns: ['title', 'submission_type', 'opens_at', 'due_at'],
  studentColumn: null,
});

const SUBMISSIONS = defineTable({
  name: 'openeg_task_submissions',
  keyColumns: ['task_id', 'student_id'],
  valueColumns: ['submission_id', 'status', 'submitted_at'],
  studentColumn: 'student_id',
});

/** The cohort's tasks and their submissions. */
export const taskDataset: Dataset<readonly TaskWithSubmissions[]> = {
  tables: [TASKS, SUBMISSIONS],
  toRows: (tasks) => [
    rowsOf(
      TASKS,
      tasks.map(({ task }) => ({
        task_id: task.taskId,
        title: task.title,
        submission_type: task.submissionType,
        opens_at: task.opensAt,
        due_at: task.dueAt,
      })),
    ),
    rowsOf(
      SUBMISSIONS,
      tasks.flatMap(({ task, submissions }) =>
        submissions.map((submission) => ({
          task_id: task.taskId,
          student_id: submission.studentId,
          submission_id: submission.submissionId,
          status: submission.status,
          submitted_at: submission.submittedAt,
        })),
      ),
    ),
  ],
};

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

/** A problem of project-based learning (PBL) of a cohort. */
export interface PblProblem {
  problemId: string;
  title: string;
  maxScore: number;
  unitId: string | null;
  dueAt: Date | null;
}

/** One student's submission to a PBL problem. */
export interface PblSubmission {
  submissionId: string | null;
  studentId: string;
  status: 'not_submitted' | 'submitted' | 'graded' | 'returned';
  score: number | null;
  submittedAt: Date | null;
}

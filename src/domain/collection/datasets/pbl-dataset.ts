import { defineTable, rowsOf, type Dataset } from './define-dataset';

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

export interface ProblemWithSubmissions {
  problem: PblProblem;
  submissions: readonly PblSubmission[];
}

const PROBLEMS = defineTable({
  name: 'openeg_pbl_problems',
  keyColumns: ['problem_id'],
  valueColumns: ['title', 'max_score', 'unit_id', 'due_at'],
  studentColumn: null,
});

const SUBMISSIONS = defineTable({
  name: 'openeg_pbl_submissions',
  keyColumns: ['problem_id', 'student_id'],
  valueColumns: ['submission_id', 'status', 'score', 'submitted_at'],
  studentColumn: 'student_id',
});

/** The cohort's PBL problems and their submissions. */
export const pblDataset: Dataset<readonly ProblemWithSubmissions[]> = {
  tables: [PROBLEMS, SUBMISSIONS],
  toRows: (problems) => [
    rowsOf(
      PROBLEMS,
      problems.map(({ problem }) => ({
        problem_id: problem.problemId,
        title: problem.title,
        max_score: problem.maxScore,
        unit_id: problem.unitId,
        due_at: problem.dueAt,
      })),
    ),
    rowsOf(
      SUBMISSIONS,
      problems.flatMap(({ problem, submissions }) =>
        submissions.map((submission) => ({
          problem_id: problem.problemId,
          student_id: submission.studentId,
          submission_id: submission.submissionId,
          status: submission.status,
          score: submission.score,
          submitted_at: submission.submittedAt,
        })),
      ),
    ),
  ],
};

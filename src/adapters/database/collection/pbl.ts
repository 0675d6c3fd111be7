import type { PblProblem, PblSubmission } from '../../../domain/collection/coursework';
import type { Queryable } from '../core/database';
import { tableContent, type CollectedTable, type TableContent } from './sync-rows';

const PROBLEMS: CollectedTable<'sk_id' | 'problem_id' | 'title' | 'max_score' | 'unit_id' | 'due_at'> = {
  name: 'openeg_pbl_problems',
  scopeColumns: ['sk_id'],
  keyColumns: ['problem_id'],
  valueColumns: ['title', 'max_score', 'unit_id', 'due_at'],
};

const SUBMISSIONS: CollectedTable<
  'sk_id' | 'problem_id' | 'student_id' | 'submission_id' | 'status' | 'score' | 'submitted_at'
> = {
  name: 'openeg_pbl_submissions',
  scopeColumns: ['sk_id'],
  keyColumns: ['problem_id', 'student_id'],
  studentColumn: 'student_id',
  valueColumns: ['submission_id', 'status', 'score', 'submitted_at'],
};

export interface ProblemWithSubmissions {
  problem: PblProblem;
  submissions: readonly PblSubmission[];
}

/** The cohort's problems and what was handed in. */
export function pblContents(skId: string, problems: readonly ProblemWithSubmissions[]): TableContent[] {
  const problemRows = problems.map(({ problem }) => ({
    sk_id: skId,
    problem_id: problem.problemId,
    title: problem.title,
    max_score: problem.maxScore,
    unit_id: problem.unitId,
    due_at: problem.dueAt,
  }));
  const submissionRows = problems.flatMap(({ problem, submissions }) =>
    submissions.map((submission) => ({
      sk_id: skId,
      problem_id: problem.problemId,
      student_id: submission.studentId,
      submission_id: submission.submissionId,
      status: submission.status,
      score: submission.score,
      submitted_at: submission.submittedAt,
    })),
  );
  return [tableContent(PROBLEMS, [skId], problemRows), tableContent(SUBMISSIONS, [skId], submissionRows)];
}

/** Problems that are stored, each with whether submissions to it are. */
export async function storedProblems(db: Queryable, skId: string): Promise<Map<string, boolean>> {
  const rows = await db.query<{ id: string; has_submissions: number }>(
    `SELECT p.problem_id AS id,
       EXISTS (SELECT 1 FROM openeg_pbl_submissions s WHERE s.sk_id = p.sk_id AND s.problem_id = p.problem_id) AS has_submissions
     FROM openeg_pbl_problems p WHERE p.sk_id = ?`,
    [skId],
  );
  return new Map(rows.map((row) => [row.id, row.has_submissions === 1]));
}

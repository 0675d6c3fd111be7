import { storedProblems, pblContents, type ProblemWithSubmissions } from '../../adapters/database/pbl';
import { isSuddenlyEmpty } from '../../domain/sudden-emptiness';
import { mapBounded } from '../map-bounded';
import { OUTSTANDING_CALLS, type Dataset } from './dataset';

export const pblDataset: Dataset<ProblemWithSubmissions[]> = {
  async gather({ lms, account, options }) {
    const problems = await lms.listPblProblems(account, options);
    return mapBounded(problems, OUTSTANDING_CALLS, async (problem) => ({
      problem,
      submissions: await lms.listPblSubmissions(account, problem.problemId, options),
    }));
  },

  async doubt(db, skId, _date, problems) {
    const listed = new Map(problems.map(({ problem, submissions }) => [problem.problemId, submissions.length]));
    return isSuddenlyEmpty(await storedProblems(db, skId), listed) ? 'loss' : 'none';
  },

  contents: (skId, _date, problems) => pblContents(skId, problems),
};

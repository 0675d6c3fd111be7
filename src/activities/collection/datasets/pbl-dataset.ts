import { storedProblems, pblContents, type ProblemWithSubmissions } from '../../../adapters/database/collection/pbl';
import { isSuddenlyEmpty } from '../../../domain/collection/dead-session';
import { listThenAsk, type Dataset } from './dataset';

export const pblDataset: Dataset<ProblemWithSubmissions[]> = {
  gather: ({ lms, account, options }) =>
    listThenAsk(
      () => lms.listPblProblems(account, options),
      async (problem) => ({
        problem,
        submissions: await lms.listPblSubmissions(account, problem.problemId, options),
      }),
    ),

  async doubt(db, skId, _date, problems) {
    const listed = new Map(problems.map(({ problem, submissions }) => [problem.problemId, submissions.length]));
    return isSuddenlyEmpty(await storedProblems(db, skId), listed) ? 'loss' : 'none';
  },

  contents: (skId, _date, problems) => pblContents(skId, problems),
};

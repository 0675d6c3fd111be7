import { storedTasks, taskContents, type TaskWithSubmissions } from '../../../adapters/database/collection/tasks';
import { isSuddenlyEmpty } from '../../../domain/collection/dead-session';
import { listThenAsk, type Dataset } from './dataset';

export const taskDataset: Dataset<TaskWithSubmissions[]> = {
  gather: ({ lms, account, options }) =>
    listThenAsk(
      () => lms.listTasks(account, options),
      async (task) => ({
        task,
        submissions: await lms.listTaskSubmissions(account, task.taskId, options),
      }),
    ),

  async doubt(db, skId, _date, tasks) {
    const listed = new Map(tasks.map(({ task, submissions }) => [task.taskId, submissions.length]));
    return isSuddenlyEmpty(await storedTasks(db, skId), listed) ? 'loss' : 'none';
  },

  contents: (skId, _date, tasks) => taskContents(skId, tasks),
};

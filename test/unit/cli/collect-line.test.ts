import { collectLine } from '../../../src/cli/output/text';
import type { LearningDate } from '../../../src/domain/shared/learning-date';

it.each<[Parameters<typeof collectLine>[0], string]>([
  [{ date: '2025-01-20' as LearningDate }, 'openeg collect --date 2025-01-20'],
  [
    {
      date: '2025-01-20' as LearningDate,
      to: '2025-01-22' as LearningDate,
      skIds: ['SK001', "1기(A)'s"],
      dataTypes: ['vod'],
    },
    `openeg collect --date 2025-01-20 --to 2025-01-22 --cohort SK001 '1기(A)'\\''s' --type vod`,
  ],
])('the line for %j', (request, line) => {
  expect(collectLine(request)).toBe(line);
});

import { parseExplainedAnswer } from '../../../web/tracker/api/progress-answer';

test.each([
  undefined,
  null,
  'a page of a portal',
  { completionVideoTime: 1 },
  { completionVideoTime: 1, totalVideoTime: 2, completed: true, completedAt: null },
  { completionVideoTime: 1, totalVideoTime: 2, completed: true, completedAt: null, explanation: { credited: [{}] } },
])('%j is not an answer of the server', (value) => {
  expect(parseExplainedAnswer(value)).toBeUndefined();
});

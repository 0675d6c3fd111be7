import { findInEnds } from '../../../src/adapters/lms/openeg/find-in-ends';

const ends = (head: string, tail: string) => ({ head: Buffer.from(head), tail: Buffer.from(tail) });

it.each([
  ['{"items":[{"entryId":"질문-1","content":"xx', 'xx"}],"nextCursor":"c\\"2"}', '질문-1', 'c"2'],
  ['{"nextCursor": null , "items":[{"content":"xx', 'xx","entryId" : 4711}]}', 4711, null],
  ['{"items":[{"content":"\\"entryId\\":\\"no\\" xx', 'xx \\"nextCursor\\": null"}]}', undefined, undefined],
])('finds fields in the ends of a body, and none in the text of a learner: %s … %s', (head, tail, entryId, cursor) => {
  expect(findInEnds(ends(head, tail), 'entryId')).toBe(entryId);
  expect(findInEnds(ends(head, tail), 'nextCursor')).toBe(cursor);
});

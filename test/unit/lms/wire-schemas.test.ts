import {
  inquirySchema,
  pageSchema,
  studentSchema,
  taskSchema,
  vodLogSchema,
} from '../../../src/adapters/lms/openeg/wire-schemas';

const inquiry = {
  entryId: 'e1',
  title: '',
  content: '',
  studentId: 'S1',
  studentName: '',
  createdAt: '2025-01-20T09:00:00+09:00',
};
const student = { studentId: 'S1', name: '', status: 'active' };

describe('an answer of the LMS', () => {
  it('may lack or null an optional field, and may have unknown fields', () => {
    const absent = inquirySchema.parse(inquiry);
    expect(absent).toMatchObject({ category: null, answeredAt: null, url: null });
    expect(inquirySchema.parse({ ...inquiry, category: null, answeredAt: null, url: null })).toEqual(absent);
    expect(inquirySchema.parse({ ...inquiry, mood: { of: ['the', 'day'] } })).toEqual(absent);
  });

  it.each([
    ['2025-01-20T09:00:00+09:00', '2025-01-20T00:00:00.000Z'],
    ['2025-01-20T09:00:00Z', '2025-01-20T09:00:00.000Z'],
    ['2025-01-20T09:00:00.5-05:00', '2025-01-20T14:00:00.500Z'],
    ['2025-01-20T09:00:00.123456+00:00', '2025-01-20T09:00:00.123Z'],
  ])('has instants with any offset and fraction: %s', (text, expected) => {
    expect(inquirySchema.parse({ ...inquiry, createdAt: text }).createdAt.toISOString()).toBe(expected);
  });

  it.each(['2025-01-20T09:00:00', '2025-02-30T09:00:00Z', 'yesterday', 0])('has no instant %p', (createdAt) => {
    expect(inquirySchema.safeParse({ ...inquiry, createdAt }).success).toBe(false);
  });

  it.each(['a', '학', '😀'])('has keys that fit into the columns, counted in characters: %s', (character) => {
    const fits = (length: number) => [
      studentSchema.safeParse({ ...student, studentId: character.repeat(length) }).success,
      taskSchema.safeParse({ taskId: character.repeat(length), title: '', submissionType: 'file' }).success,
      inquirySchema.safeParse({ ...inquiry, entryId: character.repeat(length * 2) }).success,
      vodLogSchema.safeParse({
        ...{ period: 1, lectureTitle: '', durationSeconds: 0, watchedSeconds: 0 },
        lectureId: character.repeat(length),
      }).success,
    ];
    expect(fits(50)).toEqual([true, true, true, true]);
    expect(fits(51)).toEqual([false, false, false, false]);
  });

  it.each(['', 'S1 '])('has no key that the database would take for another: %p', (studentId) => {
    expect(studentSchema.safeParse({ ...student, studentId }).success).toBe(false);
  });

  it('ends a list only with null', () => {
    const page = pageSchema(studentSchema);
    expect(page.parse({ items: [], nextCursor: null })).toEqual({ items: [], nextCursor: null });
    for (const nextCursor of ['', undefined]) expect(page.safeParse({ items: [], nextCursor }).success).toBe(false);
  });
});

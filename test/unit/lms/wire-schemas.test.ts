import {
  inquiryItemSchema,
  isInstantAtLimit,
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
/** The parsed inquiry; undefined where it is unreadable. */
const parseInquiry = (item: unknown) => inquiryItemSchema.parse(item).inquiry;
const student = { studentId: 'S1', name: '', status: 'active' };

describe('an answer of the LMS', () => {
  it('may lack or null an optional field, and may have unknown fields', () => {
    const absent = parseInquiry(inquiry);
    expect(absent).toMatchObject({ category: null, answeredAt: null, url: null });
    expect(parseInquiry({ ...inquiry, category: null, answeredAt: null, url: null })).toEqual(absent);
    expect(parseInquiry({ ...inquiry, mood: { of: ['the', 'day'] } })).toEqual(absent);
  });

  it.each([
    ['2025-01-20T09:00:00+09:00', '2025-01-20T00:00:00.000Z'],
    ['2025-01-20T09:00:00Z', '2025-01-20T09:00:00.000Z'],
    ['2025-01-20T09:00:00.5-05:00', '2025-01-20T14:00:00.500Z'],
    ['2025-01-20T09:00:00.123456+00:00', '2025-01-20T09:00:00.123Z'],
    ['2025-01-20t09:00:00z', '2025-01-20T09:00:00.000Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
    ['2017-01-01T08:59:60.5+09:00', '2017-01-01T00:00:00.500Z'],
    ['9999-12-31T23:59:59-09:00', '9999-12-31T23:59:59.999Z'],
    ['0001-01-01T00:00:00Z', '1000-01-01T00:00:00.000Z'],
  ])('has instants with any offset and fraction: %s', (text, expected) => {
    expect(parseInquiry({ ...inquiry, createdAt: text })?.createdAt.toISOString()).toBe(expected);
  });

  it.each([
    '2025-01-20T09:00:00',
    '2025-02-30T09:00:00Z',
    '2025-01-20T09:60:00Z',
    '2025-01-20T09:00:61Z',
    'yesterday',
    0,
  ])('has no instant %p', (createdAt) => {
    expect(parseInquiry({ ...inquiry, createdAt })).toBeUndefined();
  });

  it.each(['a', '학', '😀'])('has keys that fit into the columns, counted in characters: %s', (character) => {
    const fits = (length: number) => [
      studentSchema.safeParse({ ...student, studentId: character.repeat(length) }).success,
      taskSchema.safeParse({ taskId: character.repeat(length), title: '', submissionType: 'file' }).success,
      parseInquiry({ ...inquiry, entryId: character.repeat(length * 2) }) !== undefined,
      vodLogSchema.safeParse({
        ...{ period: 1, lectureTitle: '', durationSeconds: 0, watchedSeconds: 0 },
        lectureId: character.repeat(length),
      }).success,
    ];
    expect(fits(50)).toEqual([true, true, true, true]);
    expect(fits(51)).toEqual([false, false, false, false]);
  });

  it('may have a number as an id: its text', () => {
    expect(studentSchema.parse({ ...student, studentId: 4711 }).studentId).toBe('4711');
    expect(taskSchema.parse({ taskId: 12, title: '', submissionType: 'file' }).taskId).toBe('12');
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

describe('an inquiry', () => {
  it('is read with what is known: the key and the time alone are needed', () => {
    const { entryId, createdAt } = inquiry;
    const unknown = { category: null, title: null, content: null, studentId: null, studentName: null, url: null };
    const known = { entryId, createdAt: new Date(createdAt), answeredAt: null };
    expect(parseInquiry({ entryId, createdAt })).toEqual({ ...known, ...unknown });
    expect(parseInquiry({ ...inquiry, ...unknown })).toEqual({ ...known, ...unknown });
    const odd = { title: { text: 'x' }, content: [], studentName: true, url: {}, answeredAt: 'soon', category: [] };
    expect(parseInquiry({ ...inquiry, ...odd, studentId: 4711 })).toEqual({ ...known, ...unknown, studentId: '4711' });
    expect(parseInquiry({ ...inquiry, entryId: 4711 })).toMatchObject({ entryId: '4711' });
  });

  it.each([
    [{ createdAt: inquiry.createdAt }, null, 'entryId: '],
    [{ ...inquiry, entryId: '' }, null, 'entryId: '],
    [{ ...inquiry, createdAt: 'Kim Minji' }, 'e1', 'createdAt: '],
    ['Kim Minji', null, 'item: '],
    [null, null, 'item: '],
  ])('that does not fit is named by its entryId and field, without a value: %j', (item, entryId, problem) => {
    const unreadable = inquiryItemSchema.parse(item);
    expect(unreadable).toEqual({ entryId, problem: expect.stringContaining(problem) as unknown });
    expect(JSON.stringify(unreadable)).not.toContain('Kim');
  });

  it('keeps no more of a long content than an alert can hold', () => {
    const picture = `<img src="${'가'.repeat(1_000_000)}">`;
    expect(parseInquiry({ ...inquiry, content: picture })?.content).toBe(picture.slice(0, 32_000));
  });
});

it('knows instants that a column may not hold as they were', () => {
  const dueAt = (text: string) =>
    taskSchema.parse({ taskId: 'T1', title: '', submissionType: 'file', dueAt: text }).dueAt;
  expect(isInstantAtLimit(dueAt('9999-12-31T23:59:59-09:00'))).toBe(true);
  expect(isInstantAtLimit(dueAt('0001-01-01T00:00:00Z'))).toBe(true);
  expect(isInstantAtLimit(dueAt('9999-12-31T23:59:59Z'))).toBe(false);
  expect(isInstantAtLimit(null)).toBe(false);
});

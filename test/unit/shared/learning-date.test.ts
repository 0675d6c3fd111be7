import fc from 'fast-check';
import { futureDateIssue } from '../../../src/domain/collection/collection-request';
import {
  addDays,
  collectionDateFor,
  countLearningDates,
  formatSeoulTime,
  formatTimeOfDay,
  learningDateOf,
  learningDateSchema,
  learningDatesBetween,
  parseTimeOfDay,
  startOfLearningDate,
} from '../../../src/domain/shared/learning-date';

const parse = (text: string) => learningDateSchema.parse(text);

it.each([
  // 02:00 in Seoul is 17:00 UTC of the day before.
  ['2025-01-20T17:00:00Z', '2025-01-20'],
  ['2025-01-20T14:59:59.999Z', '2025-01-19'],
  ['2025-01-20T15:00:00Z', '2025-01-20'],
  ['2024-03-01T00:00:00Z', '2024-02-29'],
])('a night whose nominal time is %s collects %s', (nominal, date) => {
  expect(collectionDateFor(new Date(nominal))).toBe(date);
});

it.each(['2025-02-29', '2025-13-01', '2025-1-2', '20250120', '1989-12-31', '', '2025-01-20T00:00:00Z', '0000-00-00'])(
  'refuses %j',
  (text) => {
    expect(learningDateSchema.safeParse(text).success).toBe(false);
  },
);

it('holds every instant in exactly one date', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date('1990-01-02Z'), max: new Date('2100-01-01Z'), noInvalidDate: true }), (at) => {
      const date = learningDateOf(at);
      expect(startOfLearningDate(date).getTime()).toBeLessThanOrEqual(at.getTime());
      expect(startOfLearningDate(addDays(date, 1)).getTime()).toBeGreaterThan(at.getTime());
    }),
  );
});

it('counts as many dates as there are', () => {
  fc.assert(
    fc.property(fc.integer({ min: -5, max: 800 }), (days) => {
      const from = parse('2023-12-30');
      const to = addDays(from, days);
      expect(countLearningDates(from, to)).toBe(learningDatesBetween(from, to).length);
    }),
  );
});

it.each([
  [{ date: '2025-01-20' }, undefined],
  [{ date: '2025-01-21' }, 'date: must not be after today in Seoul, 2025-01-20'],
  [{ date: '2025-01-20', to: '2025-01-22' }, 'to: must not be after today in Seoul, 2025-01-20'],
  [{}, undefined],
] as const)('%j on the evening of 2025-01-20: %s', (dates, issue) => {
  const learningDates = Object.fromEntries(Object.entries(dates).map(([name, text]) => [name, parse(text)]));
  expect(futureDateIssue(learningDates, new Date('2025-01-20T14:59:59Z'))).toBe(issue);
});

it('writes instants and times of day as clocks in Seoul show them', () => {
  expect(formatSeoulTime(new Date('2025-01-20T15:04:59Z'))).toBe('2025-01-21 00:04');
  expect(parseTimeOfDay('02:30')).toEqual({ hour: 2, minute: 30 });
  expect(formatTimeOfDay({ hour: 2, minute: 5 })).toBe('02:05');
});

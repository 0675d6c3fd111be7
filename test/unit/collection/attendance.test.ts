import fc from 'fast-check';
import { attendanceOfDay, isAttended, type VodLog } from '../../../src/domain/collection/attendance';

function log(period: number, durationSeconds: number, watchedSeconds: number): VodLog {
  return {
    period,
    lectureId: `L${period}`,
    lectureTitle: `강의 ${period}`,
    durationSeconds,
    watchedSeconds,
    firstPlayedAt: new Date('2025-01-20T00:00:00Z'),
    lastPlayedAt: null,
  };
}

it.each([
  { watched: 0, duration: 0, attended: false },
  { watched: 30, duration: 0, attended: false },
  { watched: 0, duration: 1, attended: false },
  { watched: 1, duration: 1, attended: true },
  { watched: 4, duration: 5, attended: true },
  { watched: 5, duration: 7, attended: false },
  { watched: 6, duration: 7, attended: true },
  // 0.8 * 35 is 28.000000000000004 in doubles.
  { watched: 28, duration: 35, attended: true },
  { watched: 27, duration: 35, attended: false },
  { watched: 2399, duration: 3000, attended: false },
  { watched: 2400, duration: 3000, attended: true },
  { watched: 9000, duration: 3000, attended: true },
  { watched: 2_147_483_647, duration: 2_147_483_647, attended: true },
])('watched $watched of $duration s: attended $attended', ({ watched, duration, attended }) => {
  expect(isAttended(watched, duration)).toBe(attended);
});

it('agrees with exact arithmetic for any whole seconds', () => {
  const seconds = fc.integer({ min: 0, max: 2_147_483_647 });
  fc.assert(
    fc.property(seconds, seconds, (watched, duration) => {
      const exact = duration > 0 && BigInt(watched) * 10n >= BigInt(duration) * 8n;
      expect(isAttended(watched, duration)).toBe(exact);
    }),
  );
});

it('makes eight periods of a day, with zero seconds where there is no log', () => {
  const day = attendanceOfDay([log(8, 100, 80), log(3, 100, 79)]);
  expect(day.map(({ period }) => period)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(day[2]).toEqual({ ...log(3, 100, 79), attended: false });
  expect(day[7]).toEqual({ ...log(8, 100, 80), attended: true });
  expect(day[0]).toEqual({
    period: 1,
    lectureId: null,
    lectureTitle: null,
    durationSeconds: 0,
    watchedSeconds: 0,
    attended: false,
    firstPlayedAt: null,
    lastPlayedAt: null,
  });
});

it('keeps every log, whatever their order', () => {
  const logs = fc.uniqueArray(
    fc.record({ period: fc.integer({ min: 1, max: 8 }), duration: fc.nat(), watched: fc.nat() }),
    { selector: ({ period }) => period, maxLength: 8 },
  );
  fc.assert(
    fc.property(logs, (given) => {
      const day = attendanceOfDay(given.map(({ period, duration, watched }) => log(period, duration, watched)));
      expect(day).toHaveLength(8);
      for (const { period, duration, watched } of given) {
        expect(day[period - 1]).toMatchObject({ period, durationSeconds: duration, watchedSeconds: watched });
      }
      expect(day.filter(({ lectureId }) => lectureId !== null)).toHaveLength(given.length);
    }),
  );
});

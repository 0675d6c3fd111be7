import { latestNight } from '../../../src/domain/collection/latest-night';

/* Times in Asia/Seoul are nine hours ahead of UTC. */
it.each([
  ['2025-01-21T00:00:00Z', '02:00', '2025-01-20'],
  ['2025-01-20T17:00:00Z', '02:00', '2025-01-20'],
  ['2025-01-20T16:59:59Z', '02:00', '2025-01-19'],
  ['2025-01-20T15:00:00Z', '00:00', '2025-01-20'],
  ['2025-01-20T14:59:59Z', '00:00', '2025-01-19'],
  ['2025-01-20T14:58:59Z', '23:59', '2025-01-18'],
  ['2025-01-20T14:59:00Z', '23:59', '2025-01-19'],
  ['2025-03-01T00:00:00Z', '02:00', '2025-02-28'],
])('at %s, with nights at %s, it is %s', (now, time, date) => {
  expect(latestNight(new Date(now), time)).toBe(date);
});

import { clockTime } from '../../../web/lecture-page/clock-time';

test.each([
  [0, '0:00'],
  [65_999, '1:05'],
  [3_723_000, '1:02:03'],
])('%d ms are %s on a player', (milliseconds, time) => {
  expect(clockTime(milliseconds)).toBe(time);
});

import { createRandom, pick } from '../random';
import { formatInstant } from './format-instant';
import { courseTitle } from './korean-texts';
import type { VodLog } from './lms-records';

const PERIODS = 8;

/** Pairs at and around the limit of 80 %, and pairs for which 0.8 * duration is no exact double. */
const BOUNDARIES: readonly (readonly [durationSeconds: number, watchedSeconds: number])[] = [
  [3000, 2400],
  [3000, 2399],
  [3000, 2401],
  [0, 0],
  [0, 30],
  [1, 0],
  [1, 1],
  [5, 4],
  [7, 6],
  [35, 28],
  [35, 27],
  [1501, 1200],
  [1501, 1201],
  [2700, 5400],
];

/** The logs of a student on a learning date. They follow from the seed, for any date in any order. */
export function generateVodLogs(seed: string, skId: string, studentId: string, date: string): VodLog[] {
  const random = createRandom(seed, 'vod', skId, studentId, date);
  // A day without any log.
  if (random() < 0.08) return [];
  const dayStartMs = Date.parse(`${date}T00:00:00+09:00`);
  const logs: VodLog[] = [];
  for (let period = 1; period <= PERIODS; period++) {
    // A period without a log is no item. The collection has to add its row.
    if (random() < 0.15) continue;
    const [durationSeconds, watchedSeconds] =
      random() < 0.25 ? pick(random, BOUNDARIES) : [2700 + Math.floor(random() * 600), Math.floor(random() * 3300)];
    const startedMs = dayStartMs + (8 + period) * 3_600_000 + Math.floor(random() * 1_800_000);
    // The lecture's title follows from date and period: it is the same for the whole cohort.
    const log: VodLog = {
      period,
      lectureId: `${skId}-lec-${date}-${period}`,
      lectureTitle: courseTitle(createRandom(seed, 'lecture', skId, date, period), '강의'),
      durationSeconds,
      watchedSeconds,
    };
    const played = random();
    if (played < 0.85 && watchedSeconds > 0) {
      log.firstPlayedAt = formatInstant(startedMs, random);
      log.lastPlayedAt = formatInstant(startedMs + watchedSeconds * 1000, random);
    } else if (played < 0.95) {
      log.firstPlayedAt = null;
      log.lastPlayedAt = null;
    }
    logs.push(log);
  }
  return logs;
}

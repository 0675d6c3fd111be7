const SEOUL_OFFSET_MS = 9 * 60 * 60 * 1000;
const DAY_MS = 24 * 60 * 60 * 1000;

/** @returns {string} the learning date that a night's collection collects: yesterday in Seoul, `YYYY-MM-DD` */
export function yesterday() {
  return new Date(Date.now() + SEOUL_OFFSET_MS - DAY_MS).toISOString().slice(0, 10);
}

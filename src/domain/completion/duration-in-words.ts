/** `3723000` → `1시간 2분 3초`: whole seconds, rounded down. The tracker bundles this file, so it has no dependencies. */
export function durationInWords(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const parts = [
    [Math.floor(seconds / 3600), '시간'],
    [Math.floor(seconds / 60) % 60, '분'],
    [seconds % 60, '초'],
  ] as const;
  const words = parts.filter(([amount]) => amount > 0).map(([amount, unit]) => `${amount}${unit}`);
  return words.length === 0 ? '0초' : words.join(' ');
}

/** The same, rounded up: the remaining time must not look shorter than it is. */
export function remainderInWords(milliseconds: number): string {
  return durationInWords(Math.ceil(milliseconds / 1000) * 1000);
}

/** `3723000` → `1시간 2분 3초`; whole seconds, rounded down. Without dependencies: the tracker bundles this file. */
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

/** The same, rounded up: what is still to be watched must not read as less than it is. */
export function remainderInWords(milliseconds: number): string {
  return durationInWords(Math.ceil(milliseconds / 1000) * 1000);
}

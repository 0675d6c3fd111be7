const CUT_MARK = '…';

/** Bytes of `text` inside a JSON string in UTF-8, escapes included and the quotes left out. */
export function jsonByteLength(text: string): number {
  let bytes = 0;
  for (const character of JSON.stringify(text)) {
    const codePoint = character.codePointAt(0) ?? 0;
    bytes += codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
  }
  return bytes - 2;
}

/**
 * `text` whole when `encode(text)` takes at most `maxBytes` in a JSON body, else as much of its start as fits with a
 * `…` behind it. It is cut between characters as readers see them; only a first character that is itself too long (a
 * letter with thousands of accents) is cut inside.
 */
export function cutToBytes(text: string, maxBytes: number, encode: (part: string) => string = identity): string {
  const cost = (part: string): number => jsonByteLength(encode(part));
  // No character takes less than a byte, so what lies behind can't fit and need not be looked at.
  if (text.length <= maxBytes && cost(text) <= maxBytes) return text;
  const start = text.slice(0, Math.max(0, maxBytes));
  const budget = maxBytes - jsonByteLength(CUT_MARK);
  if (budget < 0) return '';
  const graphemes = Array.from(new Intl.Segmenter().segment(start), ({ segment }) => segment);
  return (takeWhileFits(graphemes, budget, cost) || takeWhileFits(start, budget, cost)) + CUT_MARK;
}

function takeWhileFits(parts: Iterable<string>, budget: number, cost: (part: string) => number): string {
  let taken = '';
  let left = budget;
  for (const part of parts) {
    left -= cost(part);
    if (left < 0) break;
    taken += part;
  }
  return taken;
}

function identity(part: string): string {
  return part;
}

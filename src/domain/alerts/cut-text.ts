const CUT_MARK = '…';

/** Bytes of `text` in UTF-8; a lone surrogate counts as the replacement character that stands for it there. */
export function utf8ByteLength(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const codePoint = character.codePointAt(0) ?? 0;
    bytes += codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** Bytes of `text` inside a JSON string in UTF-8, escapes included and the quotes left out. */
export function jsonByteLength(text: string): number {
  return utf8ByteLength(JSON.stringify(text)) - 2;
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
  return (takeWhileFits(graphemesOf(start), budget, cost) || takeWhileFits(start, budget, cost)) + CUT_MARK;
}

function* graphemesOf(text: string): Generator<string> {
  for (const { segment } of new Intl.Segmenter().segment(text)) yield segment;
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

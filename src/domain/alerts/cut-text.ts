const CUT_MARK = '…';

/** Bytes of `text` in UTF-8. A lone surrogate counts as the replacement character, which UTF-8 encoders write for it. */
export function utf8ByteLength(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const codePoint = character.codePointAt(0) ?? 0;
    bytes += codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** Bytes of `text` inside a JSON string in UTF-8, with escapes and without the quotes. */
export function jsonByteLength(text: string): number {
  return utf8ByteLength(JSON.stringify(text)) - 2;
}

/**
 * Cuts `text` so that `encode(text)` takes at most `maxBytes` in a JSON body, with a `…` at its end. It cuts between
 * characters as readers see them. Only a first character that is too long itself (a letter with thousands of accents)
 * is cut inside.
 */
export function cutToBytes(text: string, maxBytes: number, encode: (part: string) => string = identity): string {
  const cost = (part: string): number => jsonByteLength(encode(part));
  // A character takes at least one byte, so a text with more characters than `maxBytes` never fits whole.
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

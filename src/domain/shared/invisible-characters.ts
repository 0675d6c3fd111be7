/**
 * Characters of which a reader sees nothing, or a blank that is none: format characters such as the zero-width space, other
 * white space than a space, and the fillers of Hangul. Texts that differ in them look the same.
 */
const INVISIBLE =
  '[\\p{Cf}\\p{Zl}\\p{Zp}\\u00A0\\u1680\\u2000-\\u200A\\u202F\\u205F\\u3000\\u115F\\u1160\\u3164\\uFFA0]';
const ALL = new RegExp(INVISIBLE, 'gu');
const AT_ENDS = new RegExp(`^(?:${INVISIBLE}|\\s)+|(?:${INVISIBLE}|\\s)+$`, 'gu');
const ANY = new RegExp(INVISIBLE, 'u');

export function hasInvisibleCharacter(text: string): boolean {
  return ANY.test(text);
}

/** Without blanks and invisible characters at its ends. */
export function trimInvisible(text: string): string {
  return text.replace(AT_ENDS, '');
}

/** @param show makes a visible text of an invisible character */
export function replaceInvisible(text: string, show: (character: string) => string): string {
  return text.replace(ALL, show);
}

/** Shows nothing and parts what Chat would otherwise read as one token. */
const ZERO_WIDTH_SPACE = '\u200B';

/**
 * Where Chat's markup for `text` refers to something: `<users/all>` and its like (mentions), `<https://…>` and
 * `<…|…>` (links). A lone `<`, `<br/>` or `List<String>` refers to nothing and stays as it is.
 */
const REFERENCE = /<(?=(?:users|spaces|customEmojis)\/|(?:https?|ftp|mailto|tel):|[^\s<>|]+\|[^<>\n]*>)/gi;
const FENCE = /`{3,}/g;
/** Half of a character, which JSON can hold and Chat refuses. */
const LONE_SURROGATE = /\p{Surrogate}/gu;
const REPLACEMENT_CHARACTER = '\uFFFD';

/**
 * Text of others for a ``` block of a message's `text`. In such a block Chat reads no formatting, so `*`, `_`, `~` and
 * single backticks stay as they were written. A zero-width space goes only where a mention or a link would begin or
 * the block would end: a reader sees the text unchanged, and a text without such a place is unchanged byte for byte.
 */
export function asBlockText(text: string): string {
  return text
    .replace(LONE_SURROGATE, REPLACEMENT_CHARACTER)
    .replace(REFERENCE, `<${ZERO_WIDTH_SPACE}`)
    .replace(FENCE, (backticks) => backticks.split('').join(ZERO_WIDTH_SPACE));
}

/** The same for a text that has to stay on its line, such as a name: line breaks become spaces. */
export function asBlockLine(text: string): string {
  return asBlockText(text.replace(/[\s\u2028\u2029]+/g, ' ').trim());
}

/** Text of others for a card, whose texts are a subset of HTML; Chat reads no other markup there. */
export function asCardText(text: string): string {
  return text
    .replace(LONE_SURROGATE, REPLACEMENT_CHARACTER)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/\r\n|[\r\n\u2028\u2029]/g, '<br>');
}

/** A link's address when it is one that a browser opens as a page, else null: `javascript:` and its like are none. */
export function asLink(address: string | null, maxLength = 2_000): string | null {
  if (address === null || !URL.canParse(address)) return null;
  const url = new URL(address);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
  // These three would end the address inside `<address|text>`; the URL standard leaves `|` as it is.
  const href = url.href.replaceAll('|', '%7C').replaceAll('<', '%3C').replaceAll('>', '%3E');
  return href.length > maxLength ? null : href;
}

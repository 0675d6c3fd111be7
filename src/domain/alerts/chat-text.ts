/** Invisible. It splits a token, so that Chat does not act on it. */
const ZERO_WIDTH_SPACE = '\u200B';

/**
 * Begin of a mention (`<users/all>`) or a link (`<https://…>`, `<…|…>`) in Chat's markup for `text`. A lone `<`, `<br/>`
 * or `List<String>` is neither and stays unchanged.
 */
const REFERENCE = /<(?=(?:users|spaces|customEmojis)\/|(?:https?|ftp|mailto|tel):|[^\s<>|]+\|[^<>\n]*>)/gi;
const FENCE = /`{3,}/g;
/** One surrogate without the other is valid in JSON, but Chat refuses it. */
const LONE_SURROGATE = /\p{Surrogate}/gu;
const REPLACEMENT_CHARACTER = '\uFFFD';

/**
 * Escapes foreign text for a ``` block of a message's `text` (decision 0013). Chat reads no formatting in a block, so
 * `*`, `_`, `~` and single backticks stay unchanged. A zero-width space goes only where a mention or a link would begin
 * or the block would end, so a reader sees no difference.
 */
export function asBlockText(text: string): string {
  return text
    .replace(LONE_SURROGATE, REPLACEMENT_CHARACTER)
    .replace(REFERENCE, `<${ZERO_WIDTH_SPACE}`)
    .replace(FENCE, (backticks) => backticks.split('').join(ZERO_WIDTH_SPACE));
}

/** Escapes a foreign text of one line, such as a name. Line breaks become spaces. */
export function asBlockLine(text: string): string {
  return asBlockText(text.replace(/[\s\u2028\u2029]+/g, ' ').trim());
}

/** Escapes foreign text for a card, whose texts are a subset of HTML. Chat reads no other markup there. */
export function asCardText(text: string): string {
  return text
    .replace(LONE_SURROGATE, REPLACEMENT_CHARACTER)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/\r\n|[\r\n\u2028\u2029]/g, '<br>');
}

/** The normalized address when it is an `http` or `https` URL of at most `maxLength` characters, otherwise null. */
export function asLink(address: string | null, maxLength = 2_000): string | null {
  if (address === null || !URL.canParse(address)) return null;
  const url = new URL(address);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
  // These three would end the address inside `<address|text>`. `URL` does not escape `|`.
  const href = url.href.replaceAll('|', '%7C').replaceAll('<', '%3C').replaceAll('>', '%3E');
  return href.length > maxLength ? null : href;
}

import type { ChatMessageBody } from './chat-message-schema';

/** What a message does beyond showing text. */
export interface ChatMarkup {
  /** `users/all`, `users/123`: people whom the message calls. */
  mentions: string[];
  /** Targets of links with a text of their own, which can say something else than where they lead. */
  links: string[];
  /** Texts that are shown as something else than plain: bold, italic, struck, code, lists, quotes. */
  formatted: string[];
}

/**
 * Reads a message as Google Chat does: `text` has Chat's own markup, texts in cards an HTML subset.
 * Source: developers.google.com/workspace/chat/format-messages
 */
export function readChatMarkup(body: ChatMessageBody): ChatMarkup {
  const markup: ChatMarkup = { mentions: [], links: [], formatted: [] };
  if (body.text !== undefined) readText(body.text, markup);
  for (const text of cardTexts(body)) readHtml(text, markup);
  return markup;
}

const MATCHERS_OF_TEXT = [
  // A pair of markers around text without white space at its edges, not within a word.
  /(?<![\p{L}\p{N}_*])\*(?=[^\s*])([^*\n]*[^\s*])\*(?![\p{L}\p{N}_*])/gu,
  /(?<![\p{L}\p{N}_])_(?=[^\s_])([^_\n]*[^\s_])_(?![\p{L}\p{N}_])/gu,
  /(?<![\p{L}\p{N}_~])~(?=[^\s~])([^~\n]*[^\s~])~(?![\p{L}\p{N}_~])/gu,
  /```([^`]+)```/gu,
  /(?<!`)`([^`\n]+)`(?!`)/gu,
  /^[*-] (.+)$/gmu,
  /^> ?(.+)$/gmu,
];

function readText(text: string, markup: ChatMarkup): void {
  for (const match of text.matchAll(/<(users\/[^>\s]+)>/g)) markup.mentions.push(match[1] ?? '');
  for (const match of text.matchAll(/<([a-z][a-z0-9+.-]*:[^>|\s]+)\|[^>]*>/gi)) markup.links.push(match[1] ?? '');
  for (const matcher of MATCHERS_OF_TEXT) {
    for (const match of text.matchAll(matcher)) markup.formatted.push(match[1] ?? '');
  }
}

function readHtml(text: string, markup: ChatMarkup): void {
  for (const match of text.matchAll(/<(users\/[^>\s]+)>/g)) markup.mentions.push(match[1] ?? '');
  for (const match of text.matchAll(/<a\s[^>]*href\s*=\s*["']?([^"'>\s]+)/gi)) markup.links.push(match[1] ?? '');
  for (const match of text.matchAll(/<(b|i|u|s|strike|font|code|time)\b[^>]*>([^<]*)/gi)) {
    markup.formatted.push(match[2] ?? '');
  }
}

function cardTexts(body: ChatMessageBody): string[] {
  const texts: (string | undefined)[] = [];
  for (const { card } of body.cardsV2 ?? []) {
    texts.push(card.header?.title, card.header?.subtitle);
    for (const section of card.sections ?? []) {
      texts.push(section.header);
      for (const { textParagraph, decoratedText } of section.widgets) {
        texts.push(textParagraph?.text, decoratedText?.topLabel, decoratedText?.text, decoratedText?.bottomLabel);
      }
    }
  }
  return texts.filter((text) => text !== undefined);
}

/** All that a message shows, in the order of reading, with cards' markup removed and their entities resolved. */
export function shownTexts(body: ChatMessageBody): string[] {
  const entities: Record<string, string> = {
    amp: '&',
    lt: '<',
    gt: '>',
    quot: '"',
    '#39': "'",
    apos: "'",
    nbsp: '\u00a0',
  };
  const plain = (html: string) =>
    html
      .replace(/<br\s*\/?>/gi, '\n')
      .replace(/<\/?[a-z][^>]*>/gi, '')
      .replace(/&(#39|[a-z]+);/g, (entity, name: string) => entities[name] ?? entity);
  return [...(body.text === undefined ? [] : [body.text]), ...cardTexts(body).map(plain)];
}

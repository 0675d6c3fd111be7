import type { ChatMessageBody } from './chat-message-schema';

/** The effects of a message's markup. */
export interface ChatMarkup {
  /** Mentioned people, such as `users/all` and `users/123`. */
  mentions: string[];
  /** Addresses of links whose text may name another address. */
  links: string[];
  /** Formatted texts: bold, italic, struck, code, lists, quotes. */
  formatted: string[];
}

/**
 * Reads a message's markup: `text` has Chat's own markup, texts in cards an HTML subset.
 * Source: developers.google.com/workspace/chat/format-messages
 */
export function readChatMarkup(body: ChatMessageBody): ChatMarkup {
  const markup: ChatMarkup = { mentions: [], links: [], formatted: [] };
  if (body.text !== undefined) readText(body.text, markup);
  for (const { text, isHtml } of cardTexts(body)) if (isHtml) readHtml(text, markup);
  return markup;
}

const MATCHERS_OF_TEXT = [
  // Two markers around a text without white space at its ends, and not within a word.
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

/** The texts of the cards from top to bottom. Titles of headers and labels are plain text, the others are HTML. */
function cardTexts(body: ChatMessageBody): { text: string; isHtml: boolean }[] {
  const texts: { text: string; isHtml: boolean }[] = [];
  const add = (text: string | undefined, isHtml: boolean) => {
    if (text !== undefined) texts.push({ text, isHtml });
  };
  for (const { card } of body.cardsV2 ?? []) {
    add(card.header?.title, false);
    add(card.header?.subtitle, false);
    for (const section of card.sections ?? []) {
      add(section.header, true);
      for (const { textParagraph, decoratedText } of section.widgets) {
        add(textParagraph?.text, true);
        add(decoratedText?.topLabel, false);
        add(decoratedText?.text, true);
        add(decoratedText?.bottomLabel, false);
      }
    }
  }
  return texts;
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };

function resolveEntity(entity: string, name: string): string {
  if (!name.startsWith('#')) return ENTITIES[name] ?? entity;
  const codePoint = name.startsWith('#x') ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : entity;
}

/** All texts of a message in reading order. In cards' texts markup is removed and entities are resolved. */
export function shownTexts(body: ChatMessageBody): string[] {
  const plain = (html: string) =>
    html
      .replace(/<br\s*\/?>/gi, '\n')
      .replace(/<\/?[a-z][^>]*>/gi, '')
      .replace(/&(#\d+|#x[0-9a-f]+|[a-z]+);/gi, resolveEntity);
  const texts = cardTexts(body).map(({ text, isHtml }) => (isHtml ? plain(text) : text));
  return body.text === undefined ? texts : [body.text, ...texts];
}

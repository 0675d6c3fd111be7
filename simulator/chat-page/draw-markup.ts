import { element, link } from './element';

type Drawn = (Node | string)[];
type TextRule = [pattern: RegExp, draw: (match: RegExpExecArray) => Node];

/** Mentions and links. Chat acts on them in a code block too. */
const REFERENCE_RULES: readonly TextRule[] = [
  [/<(users\/[^>\s]+)>/, ([, user = '']) => element('span', 'mention', `@${user}`)],
  [/<(https?:[^>|\s]+)(?:\|([^>]*))?>/, ([, address = '', text]) => link(address, text ?? address)],
  [/https?:\/\/[^\s<>]+/, ([address]) => link(address, address)],
];

/** Chat's markup in `text`. Of two rules for the same place the first one applies. */
const TEXT_RULES: readonly TextRule[] = [
  ...REFERENCE_RULES,
  [/```\n?((?:(?!```)[^])+?)\n?```\n?/, ([, text = '']) => element('code', 'block', ...draw(text, REFERENCE_RULES))],
  [
    /(?<![\p{L}\p{N}_*])\*(?=[^\s*])([^*\n]*[^\s*])\*(?![\p{L}\p{N}_*])/u,
    ([, text = '']) => element('b', '', ...drawText(text)),
  ],
  [
    /(?<![\p{L}\p{N}_])_(?=[^\s_])([^_\n]*[^\s_])_(?![\p{L}\p{N}_])/u,
    ([, text = '']) => element('i', '', ...drawText(text)),
  ],
  [
    /(?<![\p{L}\p{N}_~])~(?=[^\s~])([^~\n]*[^\s~])~(?![\p{L}\p{N}_~])/u,
    ([, text = '']) => element('s', '', ...drawText(text)),
  ],
  [/(?<!`)`([^`\n]+)`(?!`)/u, ([, text = '']) => element('code', '', text)],
];

/** Draws a message's `text` with Chat's own markup. */
export function drawText(text: string): Drawn {
  return draw(text, TEXT_RULES);
}

function draw(text: string, rules: readonly TextRule[]): Drawn {
  let first: { match: RegExpExecArray; drawMatch: TextRule[1] } | undefined;
  for (const [pattern, drawMatch] of rules) {
    const match = pattern.exec(text);
    if (match !== null && (first === undefined || match.index < first.match.index)) first = { match, drawMatch };
  }
  if (first === undefined) return [text];
  const { match, drawMatch } = first;
  return [text.slice(0, match.index), drawMatch(match), ...draw(text.slice(match.index + match[0].length), rules)];
}

const CARD_TAGS = { B: 'b', I: 'i', U: 'u', S: 's', STRIKE: 's', CODE: 'code', BR: 'br' } as const;

/**
 * Draws a text of a card, whose markup is a subset of HTML. The parsed document is never shown: allowed elements are
 * copied, and of all others only their text.
 */
export function drawHtml(html: string): Drawn {
  return [...new DOMParser().parseFromString(html, 'text/html').body.childNodes].flatMap(copy);
}

function copy(node: Node): Drawn {
  if (node instanceof Text) return [node.data];
  const children = [...node.childNodes].flatMap(copy);
  if (!(node instanceof Element)) return children;
  if (node.tagName in CARD_TAGS) {
    return [element(CARD_TAGS[node.tagName as keyof typeof CARD_TAGS], '', ...children)];
  }
  if (node.tagName === 'A') return [link(node.getAttribute('href') ?? '', ...children)];
  if (node.tagName === 'FONT') {
    const colored = element('span', '', ...children);
    colored.style.color = node.getAttribute('color') ?? '';
    return [colored];
  }
  return children;
}

/**
 * Draws messages as Google Chat would: Chat's own markup in `text`, an HTML subset in cards. What a learner's text could
 * break out of there, it breaks out of here too, marked so that one sees it. Nothing but text reaches the document.
 */
export const CHAT_PAGE_SCRIPT = String.raw`
const main = document.querySelector('main');
const columns = new Map();
let newest = 0;

function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children.filter((child) => child !== undefined && child !== null));
  return made;
}

function link(href, ...children) {
  const made = element('a', '', ...children);
  made.rel = 'noreferrer';
  made.target = '_blank';
  if (/^https?:/i.test(href)) made.href = href;
  return made;
}

const TEXT_RULES = [
  [/<(users\/[^>\s]+)>/, (match) => element('span', 'mention', '@' + match[1])],
  [/<(https?:[^>|\s]+)(?:\|([^>]*))?>/, (match) => link(match[1], match[2] ?? match[1])],
  [/https?:\/\/[^\s<>]+/, (match) => link(match[0], match[0])],
  [/(?<![\p{L}\p{N}_*])\*(?=[^\s*])([^*\n]*[^\s*])\*(?![\p{L}\p{N}_*])/u, (match) => element('b', '', ...drawText(match[1]))],
  [/(?<![\p{L}\p{N}_])_(?=[^\s_])([^_\n]*[^\s_])_(?![\p{L}\p{N}_])/u, (match) => element('i', '', ...drawText(match[1]))],
  [/(?<![\p{L}\p{N}_~])~(?=[^\s~])([^~\n]*[^\s~])~(?![\p{L}\p{N}_~])/u, (match) => element('s', '', ...drawText(match[1]))],
  [/(?<!${'`'})${'`'}([^${'`'}\n]+)${'`'}(?!${'`'})/u, (match) => element('code', '', match[1])],
];

function drawText(text) {
  let first;
  for (const [pattern, draw] of TEXT_RULES) {
    const match = pattern.exec(text);
    if (match && (!first || match.index < first.match.index)) first = { match, draw };
  }
  if (!first) return [text];
  const { match, draw } = first;
  return [text.slice(0, match.index), draw(match), ...drawText(text.slice(match.index + match[0].length))];
}

const CARD_TAGS = new Set(['B', 'I', 'U', 'S', 'STRIKE', 'CODE', 'BR']);

function drawHtml(html) {
  const parsed = new DOMParser().parseFromString(html, 'text/html').body;
  const copy = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return [node.data];
    const children = [...node.childNodes].flatMap(copy);
    if (CARD_TAGS.has(node.tagName)) return [element(node.tagName.toLowerCase(), '', ...children)];
    if (node.tagName === 'A') return [link(node.getAttribute('href') ?? '', ...children)];
    if (node.tagName === 'FONT') {
      const colored = element('span', '', ...children);
      colored.style.color = node.getAttribute('color') ?? '';
      return [colored];
    }
    return children;
  };
  return [...parsed.childNodes].flatMap(copy);
}

function drawButton(button) {
  return link(button.onClick?.openLink?.url ?? '', button.text ?? button.altText ?? '');
}

function drawWidget(widget) {
  if (widget.divider) return element('hr');
  if (widget.textParagraph) return element('div', 'widget-text long', ...drawHtml(widget.textParagraph.text));
  if (widget.buttonList) return element('div', 'buttons', ...widget.buttonList.buttons.map(drawButton));
  if (widget.image) return element('div', 'label', '[' + (widget.image.altText ?? widget.image.imageUrl) + ']');
  const text = widget.decoratedText;
  if (!text) return undefined;
  return element('div', '',
    text.topLabel ? element('div', 'label', text.topLabel) : undefined,
    element('div', 'widget-text', ...drawHtml(text.text)),
    text.bottomLabel ? element('div', 'label', text.bottomLabel) : undefined,
    text.button ? element('div', 'buttons', drawButton(text.button)) : undefined);
}

function drawCard({ card }) {
  const head = card.header
    ? element('div', 'head', element('strong', '', card.header.title),
        card.header.subtitle ? element('span', '', card.header.subtitle) : undefined)
    : undefined;
  const parts = (card.sections ?? []).map((section) => element('div', 'part',
    section.header ? element('div', 'title', ...drawHtml(section.header)) : undefined,
    ...section.widgets.map(drawWidget)));
  return element('div', 'card', head, ...parts);
}

function drawMessage(message) {
  const time = element('time', '', new Date(message.createdAtMs).toLocaleTimeString('sv-SE', { timeZone: 'Asia/Seoul' }));
  const by = element('div', 'by', element('strong', '', 'OpenEG'), time);
  const body = element('div', '', by);
  if (message.body.text) {
    const long = message.body.text.length > 600 ? ' long' : '';
    body.append(element('div', 'text' + long, ...drawText(message.body.text)));
  }
  for (const card of message.body.cardsV2 ?? []) body.append(drawCard(card));
  const article = element('article', '', element('div', 'avatar', 'O'), body);
  article.dataset.number = message.number;
  return article;
}

function columnOf(space, title) {
  const known = columns.get(space);
  if (known) return known;
  const count = element('b', '', '0');
  const heading = element('h2', '', title ?? space, title ? element('small', '', space) : undefined, count);
  const empty = element('p', 'empty', '아직 메시지가 없습니다.');
  const feed = element('div', 'feed', empty);
  feed.setAttribute('role', 'log');
  feed.setAttribute('aria-label', title ?? space);
  main.append(element('section', '', heading, feed));
  const column = { feed, empty, count, threads: new Map(), messages: 0 };
  columns.set(space, column);
  return column;
}

function show(message) {
  const column = columnOf(message.space);
  column.empty.remove();
  const atEnd = column.feed.scrollHeight - column.feed.scrollTop - column.feed.clientHeight < 40;
  let thread = column.threads.get(message.thread);
  if (!thread) {
    thread = element('div', 'thread');
    column.threads.set(message.thread, thread);
  }
  thread.append(drawMessage(message));
  // As in Chat, a thread with a new reply moves to the end.
  column.feed.append(thread);
  column.messages += 1;
  column.count.textContent = column.messages;
  if (atEnd) column.feed.scrollTop = column.feed.scrollHeight;
}

async function refresh() {
  const state = document.querySelector('#state');
  try {
    const answer = await (await fetch('/chat/messages?after=' + newest)).json();
    for (const cohort of answer.cohorts) columnOf(cohort.space, cohort.cohortName);
    for (const message of answer.messages) {
      show(message);
      newest = message.number;
    }
    for (const name of ['created', 'duplicates', 'rateLimited', 'refused']) {
      document.querySelector('#' + name).textContent = answer.counts[name];
    }
    state.textContent = '새 메시지를 기다리는 중';
    state.className = '';
  } catch {
    state.textContent = '시뮬레이터에 연결할 수 없습니다';
    state.className = 'offline';
  }
  setTimeout(refresh, 700);
}
refresh();
`;

import { drawMessage, type ShownMessage } from './draw-message';
import { element } from './element';

/** The answer of `GET /chat/messages?after=NUMBER`. */
interface NewMessages {
  cohorts: { space: string; cohortName: string }[];
  messages: ShownMessage[];
  counts: Record<(typeof COUNTS)[number], number>;
}

/** The column of one space. */
interface Column {
  feed: HTMLElement;
  /** Shown until the first message. */
  empty: HTMLElement;
  count: HTMLElement;
  threads: Map<string, HTMLElement>;
  messages: number;
}

const REFRESH_MS = 700;
/** So near to its end a feed follows its new messages. */
const END_PX = 40;
/** Ids of the page's elements and fields of the counts. */
const COUNTS = ['created', 'duplicates', 'rateLimited', 'refused'] as const;

const columns = new Map<string, Column>();
let newest = 0;

function byQuery(query: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(query);
  if (found === null) throw new Error(`the page has no ${query}`);
  return found;
}

function columnOf(space: string, title?: string): Column {
  const known = columns.get(space);
  if (known !== undefined) return known;
  const count = element('b', '', '0');
  const heading = element(
    'h2',
    '',
    title ?? space,
    title === undefined ? undefined : element('small', '', space),
    count,
  );
  const empty = element('p', 'empty', '아직 메시지가 없습니다.');
  const feed = element('div', 'feed', empty);
  feed.setAttribute('role', 'log');
  feed.setAttribute('aria-label', title ?? space);
  byQuery('main').append(element('section', '', heading, feed));
  const column = { feed, empty, count, threads: new Map<string, HTMLElement>(), messages: 0 };
  columns.set(space, column);
  return column;
}

function show(message: ShownMessage): void {
  const column = columnOf(message.space);
  const { feed } = column;
  column.empty.remove();
  const isAtEnd = feed.scrollHeight - feed.scrollTop - feed.clientHeight < END_PX;
  const thread = column.threads.get(message.thread) ?? element('div', 'thread');
  column.threads.set(message.thread, thread);
  thread.append(drawMessage(message));
  // In Chat a thread with a new reply moves to the end.
  feed.append(thread);
  column.messages += 1;
  column.count.textContent = String(column.messages);
  if (isAtEnd) feed.scrollTop = feed.scrollHeight;
}

async function refresh(): Promise<void> {
  const state = byQuery('#state');
  try {
    const answer = await fetch(`/chat/messages?after=${newest}`);
    const { cohorts, messages, counts } = (await answer.json()) as NewMessages;
    for (const { space, cohortName } of cohorts) columnOf(space, cohortName);
    for (const message of messages) {
      show(message);
      newest = message.number;
    }
    for (const name of COUNTS) byQuery(`#${name}`).textContent = String(counts[name]);
    state.textContent = '새 메시지를 기다리는 중';
    state.className = '';
  } catch {
    state.textContent = '시뮬레이터에 연결할 수 없습니다';
    state.className = 'offline';
  }
  setTimeout(() => void refresh(), REFRESH_MS);
}

void refresh();

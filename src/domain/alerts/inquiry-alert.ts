import { MAX_MESSAGE_BYTES, type CardWidget, type ChatMessage, type OutboxContent } from './chat-message';
import { asBlockLine, asBlockText, asCardText, asLink } from './chat-text';
import { cutToBytes, jsonByteLength, utf8ByteLength } from './cut-text';
import type { Inquiry } from '../inquiries/inquiry';
import { formatSeoulTime } from '../shared/learning-date';

export interface InquiryAlertInput {
  skId: string;
  cohortName: string;
  inquiry: Inquiry;
  /** Only the wide window of a check contains it. */
  isLate: boolean;
}

interface Fact {
  label: string;
  value: string;
}

/** Title and content, cut for one place of a message. */
interface Filling {
  title: string;
  content: string;
}

const HEADLINE = '새 문의';
const LINK_LABEL = 'LMS에서 열기';
const NO_TITLE = '(제목 없음)';
/** The LMS names no such thing, for example of a deleted account. */
const UNKNOWN = '알 수 없음';
const MAX_FACT_BYTES = 300;
/** The card shows the whole content. The text beside it needs only enough for a notification. */
const MAX_EXCERPT_BYTES = 600;
/** For the words that replace an empty title or content. */
const RESERVED_BYTES = 100;

/**
 * The Korean alert of one inquiry. `rich` is a card with a text beside it. `plain` is the text with the whole content,
 * for the case that Chat refuses the card. Each has at most 32,000 bytes: the content is cut first, and the title only
 * when that is not enough. Foreign text is shown as text (contract sections 2 and 5, decision 0013).
 */
export function createInquiryAlert(input: InquiryAlertInput): OutboxContent {
  return { rich: richMessage(input), plain: plainMessage(input) };
}

function richMessage(input: InquiryAlertInput): ChatMessage {
  const { title, content } = textsOf(input.inquiry);
  const build = (text: Filling, card: Filling): ChatMessage => ({
    text: buildText(input, text),
    cardsV2: [buildCard(input, card)],
  });
  const bytesLeft = bytesLeftIn(build({ title: '', content: '' }, { title: '', content: '' }));
  const textTitle = bytesLeft.fill(asBlockText(title));
  const excerpt = bytesLeft.fill(asBlockText(content), identity, MAX_EXCERPT_BYTES);
  const cardTitle = bytesLeft.fill(title, asCardText);
  const cardContent = bytesLeft.fill(content, asCardText);
  return build({ title: textTitle, content: excerpt }, { title: cardTitle, content: cardContent });
}

function plainMessage(input: InquiryAlertInput): ChatMessage {
  const { title, content } = textsOf(input.inquiry);
  const bytesLeft = bytesLeftIn({ text: buildText(input, { title: '', content: '' }) });
  const filling = { title: bytesLeft.fill(asBlockText(title)), content: bytesLeft.fill(asBlockText(content)) };
  return { text: buildText(input, filling) };
}

/**
 * All foreign text is in one ``` block, where Chat reads no formatting. The facts come before title and content, so that
 * a line break in a title can not put a false fact above them.
 */
function buildText(input: InquiryAlertInput, { title, content }: Filling): string {
  const facts = factsOf(input).map(({ label, value }) => `${label}: ${asBlockLine(value)}`);
  const link = asLink(input.inquiry.url);
  return [
    `📩 ${HEADLINE}`,
    '```',
    ...facts,
    `제목: ${title || NO_TITLE}`,
    ...(content === '' ? [] : ['', content]),
    '```',
    ...(link === null ? [] : [`<${link}|${LINK_LABEL}>`]),
  ].join('\n');
}

function buildCard(input: InquiryAlertInput, { title, content }: Filling): NonNullable<ChatMessage['cardsV2']>[number] {
  const link = asLink(input.inquiry.url);
  const widgets: CardWidget[] = [
    { textParagraph: { text: `<b>${asCardText(title) || NO_TITLE}</b>` } },
    ...factsOf(input).map(({ label, value }) => ({
      decoratedText: { topLabel: label, text: asCardText(value), wrapText: true },
    })),
    { textParagraph: { text: asCardText(content) || '(내용 없음)' } },
    ...(link === null
      ? []
      : [{ buttonList: { buttons: [{ text: LINK_LABEL, onClick: { openLink: { url: link } } }] } }]),
  ];
  return { cardId: 'inquiry', card: { header: { title: HEADLINE }, sections: [{ widgets }] } };
}

function factsOf({ skId, cohortName, inquiry, isLate }: InquiryAlertInput): Fact[] {
  const answered = inquiry.answeredAt === null ? '아직 없음' : `${formatSeoulTime(inquiry.answeredAt)}에 답변됨`;
  const facts = [
    { label: '기수', value: `${cohortName} (${skId})` },
    { label: '분류', value: inquiry.category?.trim() || '없음' },
    { label: '학습자', value: `${inquiry.studentName ?? UNKNOWN} (${inquiry.studentId ?? UNKNOWN})` },
    { label: '등록', value: formatSeoulTime(inquiry.createdAt) },
    { label: '답변', value: answered },
    ...(isLate ? [{ label: '참고', value: '하루에 한 번 하는 24시간 점검에서 늦게 발견되었습니다' }] : []),
  ];
  return facts.map(({ label, value }) => ({ label, value: cutToBytes(value, MAX_FACT_BYTES, asCardText) }));
}

function textsOf({ title, content }: Inquiry): Filling {
  return { title: title ?? UNKNOWN, content: content ?? '' };
}

/** Distributes the bytes that a message without title and content leaves, in the order of the calls. */
function bytesLeftIn(empty: ChatMessage): {
  fill(text: string, encode?: (part: string) => string, maxBytes?: number): string;
} {
  let left = MAX_MESSAGE_BYTES - RESERVED_BYTES - utf8ByteLength(JSON.stringify(empty));
  return {
    fill(text, encode = identity, maxBytes = left) {
      const fitting = cutToBytes(text, Math.min(left, maxBytes), encode);
      left -= jsonByteLength(encode(fitting));
      return fitting;
    },
  };
}

function identity(part: string): string {
  return part;
}

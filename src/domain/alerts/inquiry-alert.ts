import { MAX_MESSAGE_BYTES, type CardWidget, type ChatCard, type ChatText, type OutboxContent } from './chat-message';
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
/** A notification needs no more of a title where the message would be too long. */
const SHORT_TITLE_BYTES = 600;
/** For the mark of a content that is cut to nothing, and for the line breaks before it. */
const RESERVED_CONTENT_BYTES = 10;
const RESERVED_BYTES = 20;
const NOTHING: Filling = { title: '', content: '' };

/**
 * The Korean alert of one inquiry. `rich` is a card. `plain` is a text with the same facts, for the case that Chat refuses
 * the card. Texts are cut only where the message would have more than 32,000 bytes: the content first, then the title.
 * Foreign text is shown as text (contract sections 2 and 5, decision 0013).
 */
export function createInquiryAlert(input: InquiryAlertInput): OutboxContent {
  const { title, content } = input.inquiry;
  const filling = { title: title === null ? UNKNOWN : isBlank(title) ? NO_TITLE : title, content: content ?? '' };
  return { rich: cardMessage(input, filling), plain: textMessage(input, filling) };
}

/** Chat would show a blank title as nothing at all. */
function isBlank(text: string): boolean {
  return /^[\s\p{Cf}\p{Cc}]*$/u.test(text);
}

function cardMessage(input: InquiryAlertInput, whole: Filling): ChatCard {
  const line = asBlockLine(whole.title);
  const build = (notified: string, shown: Filling): ChatCard => ({
    fallbackText: `${HEADLINE} · ${asBlockLine(`${input.cohortName} (${input.skId})`)}: ${notified}`,
    cardsV2: [buildCard(input, shown)],
  });
  const message = build(line, whole);
  if (messageBytes(message) <= MAX_MESSAGE_BYTES) return message;
  const notified = cutToBytes(line, SHORT_TITLE_BYTES);
  return build(notified, cutFilling(whole, messageBytes(build(notified, NOTHING)), asCardText));
}

function textMessage(input: InquiryAlertInput, given: Filling): ChatText {
  const whole = { title: asBlockText(given.title), content: asBlockText(given.content) };
  const build = (shown: Filling): ChatText => ({ text: buildText(input, shown) });
  const message = build(whole);
  if (messageBytes(message) <= MAX_MESSAGE_BYTES) return message;
  return build(cutFilling(whole, messageBytes(build(NOTHING)), (part) => part));
}

/** Cuts the content, and the title where that is not enough. A content that is cut to nothing is shown as its mark. */
function cutFilling({ title, content }: Filling, otherBytes: number, encode: (part: string) => string): Filling {
  const bytes = MAX_MESSAGE_BYTES - RESERVED_BYTES - otherBytes;
  const shownTitle = cutToBytes(title, bytes, encode);
  const contentBytes = bytes - jsonByteLength(encode(shownTitle)) + RESERVED_CONTENT_BYTES;
  return { title: shownTitle, content: cutToBytes(content, contentBytes, encode) };
}

function messageBytes(message: object): number {
  return utf8ByteLength(JSON.stringify(message));
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
    `제목: ${title}`,
    ...(content === '' ? [] : ['', content]),
    '```',
    ...(link === null ? [] : [`<${link}|${LINK_LABEL}>`]),
  ].join('\n');
}

function buildCard(input: InquiryAlertInput, { title, content }: Filling): ChatCard['cardsV2'][number] {
  const link = asLink(input.inquiry.url);
  const widgets: CardWidget[] = [
    { textParagraph: { text: `<b>${asCardText(title)}</b>` } },
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
    { label: '학습자', value: learnerOf(inquiry) },
    { label: '등록', value: formatSeoulTime(inquiry.createdAt) },
    { label: '답변', value: answered },
    ...(isLate ? [{ label: '참고', value: '하루에 한 번 하는 24시간 점검에서 늦게 발견되었습니다' }] : []),
  ];
  return facts.map(({ label, value }) => ({ label, value: cutToBytes(value, MAX_FACT_BYTES, asCardText) }));
}

function learnerOf({ studentName, studentId }: Inquiry): string {
  return (studentName ?? UNKNOWN) + (studentId === null ? '' : ` (${studentId})`);
}

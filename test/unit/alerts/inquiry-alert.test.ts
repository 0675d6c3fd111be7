import fc from 'fast-check';
import { MAX_MESSAGE_BYTES, chatMessageSchema, type ChatMessage } from '../../../src/domain/alerts/chat-message';
import { createInquiryAlert } from '../../../src/domain/alerts/inquiry-alert';
import type { Inquiry } from '../../../src/domain/inquiries/inquiry';

const ZERO_WIDTH_SPACE = /\u200B/g;
const bytesOf = (message: ChatMessage) => Buffer.byteLength(JSON.stringify(message), 'utf8');
const cardOf = (message: ChatMessage) => JSON.stringify(message.cardsV2);

function inquiry(changes: Partial<Inquiry> = {}): Inquiry {
  return {
    entryId: 'E-1',
    category: '과제',
    title: '3교시 과제가 제출되지 않습니다',
    content: '버튼을 눌러도 반응이 없습니다.',
    studentId: 'S-17',
    studentName: '홍길동',
    createdAt: new Date('2025-01-20T00:05:00Z'),
    answeredAt: null,
    url: 'https://lms.example.com/inquiries/E-1?tab=a&b=c',
    ...changes,
  };
}

const alert = (changes: Partial<Inquiry> = {}, isLate = false) =>
  createInquiryAlert({ skId: 'SK001', cohortName: '백엔드 3기', inquiry: inquiry(changes), isLate });

/** The parts outside of ``` blocks: Chat reads formatting only there. */
const outsideBlocks = (text: string) => text.split('```').filter((_, index) => index % 2 === 0);

/** Code, markup and attempts to mention or to link. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom('<users/all>', '<USERS/all>', '<https://evil.example|LMS>', '<evil|LMS>', '<mailto:a@b|c>'),
      fc.constantFrom('*굵게*', '_기울임_', '~취소~', '`코드`', '```', '````', '<', '>', '|', '&', '\n', '\r\n', ' '),
      fc.constantFrom('<b>굵게</b>', '<a href="https://evil.example">LMS</a>', '&lt;', '👩‍🎓', '\ud83d', '\u202e', '\0'),
      fc.string({ unit: 'binary', maxLength: 8 }),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''));

describe('an alert', () => {
  it('contains all facts for an operator, in the card and in the text', () => {
    const { rich, plain } = alert();
    for (const where of [rich.text, cardOf(rich), plain.text]) {
      for (const needed of ['백엔드 3기', 'SK001', '과제', '3교시 과제가 제출되지 않습니다', '홍길동', 'S-17']) {
        expect(where).toContain(needed);
      }
      expect(where).toContain('버튼을 눌러도 반응이 없습니다.');
      expect(where).toContain('2025-01-20 09:05');
      expect(where).toContain('아직 없음');
      expect(where).toContain('https://lms.example.com/inquiries/E-1?tab=a&b=c');
    }
    expect(plain.cardsV2).toBeUndefined();
    expect(chatMessageSchema.parse(rich)).toEqual(rich);
  });

  it('contains the time of the answer, and a note when it was found late', () => {
    const { rich } = alert({ answeredAt: new Date('2025-01-20T01:00:00Z') }, true);
    expect(rich.text).toContain('2025-01-20 10:00에 답변됨');
    expect(rich.text).toContain('늦게 발견');
    expect(alert().rich.text).not.toContain('늦게 발견');
  });

  it.each([
    ['[질문] 2*3*4 = 24 _맞나요_? ~네~ `a|b`'],
    ['List<String> 과 <br/> 태그, a<b || c>d, C:\\temp "따옴표" & \'작은따옴표\''],
    ['  앞뒤 공백  '],
    ['가족 👨‍👩‍👧‍👦 e\u0301 여러 줄\n둘째 줄'],
  ])('contains the title byte for byte: %j', (title) => {
    expect(alert({ title }).rich.text).toContain(`제목: ${title}`);
    expect(alert({ title }).plain.text).toContain(`제목: ${title}`);
  });

  it.each([
    ['<users/all> 보세요', '<\u200Busers/all> 보세요'],
    ['<https://evil.example|LMS>', '<\u200Bhttps://evil.example|LMS>'],
    ['<evil.example|LMS>', '<\u200Bevil.example|LMS>'],
    ['```js\n*x*\n```', '`\u200B`\u200B`js\n*x*\n`\u200B`\u200B`'],
  ])('splits mentions, links and ends of a block with a zero-width space: %j', (title, shown) => {
    expect(alert({ title }).rich.text).toContain(shown);
  });

  it.each([
    [null],
    ['javascript:alert(1)'],
    ['data:text/html,x'],
    ['no address'],
    [`https://lms.example.com/${'x'.repeat(3000)}`],
  ])('has no link for the address %j', (url) => {
    const { rich } = alert({ url });
    expect(rich.text).not.toContain('LMS에서 열기');
    expect(cardOf(rich)).not.toContain('openLink');
  });

  it('keeps the link in one piece', () => {
    const { rich } = alert({ url: 'https://lms.example.com/a|b?q=<users/all>' });
    expect(rich.text).toContain('<https://lms.example.com/a%7Cb?q=%3Cusers/all%3E|LMS에서 열기>');
  });

  it('cuts the content before the title, with a mark', () => {
    const title = '가'.repeat(4_000);
    const { rich, plain } = alert({ title, content: '나'.repeat(50_000) });
    expect(rich.text).toContain(title);
    expect(cardOf(rich)).toContain(title);
    expect(cardOf(rich)).toMatch(/나…/);
    expect(plain.text).toContain(title);
    expect(plain.text).toMatch(/나…/);
    for (const message of [rich, plain]) {
      expect(bytesOf(message)).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
      expect(bytesOf(message)).toBeGreaterThan(MAX_MESSAGE_BYTES - 200);
    }
  });

  it('cuts a title that is longer than a message, between characters', () => {
    const family = '👨‍👩‍👧‍👦';
    const { rich } = alert({ title: family.repeat(5_000) });
    const shown = /제목: (.*)…/u.exec(rich.text)?.[1] ?? '';
    expect(shown.length).toBeGreaterThan(0);
    expect(shown).toBe(family.repeat(shown.length / family.length));
    expect(bytesOf(rich)).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
  });

  it('shows a part of a title that is one endless character', () => {
    const { rich } = alert({ title: `a${'\u0301'.repeat(40_000)}` });
    expect(rich.text).toMatch(/제목: a\u0301+…/);
  });

  it('is never too long', () => {
    const long = fc.oneof(
      hostile,
      fc.tuple(hostile, fc.integer({ min: 0, max: 20_000 })).map(([s, n]) => s + '"<\n각'.repeat(n)),
    );
    fc.assert(
      fc.property(long, long, hostile, fc.option(hostile), (title, content, studentName, category) => {
        const { rich, plain } = alert({ title, content, studentName, category });
        expect(bytesOf(rich)).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
        expect(bytesOf(plain)).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
        expect(chatMessageSchema.parse(JSON.parse(JSON.stringify(rich)))).toEqual(rich);
      }),
      { numRuns: 60 },
    );
  });

  it('mentions nobody, links nowhere and formats no foreign text', () => {
    const ownParts = ['📩 새 문의\n', '\n<https://lms.example.com/inquiries/E-1?tab=a&b=c|LMS에서 열기>'];
    fc.assert(
      fc.property(hostile, hostile, hostile, hostile, (title, content, studentName, category) => {
        const { rich, plain } = alert({ title, content, studentName, category });
        for (const { text } of [rich, plain]) {
          // All foreign text is inside the one block.
          expect(outsideBlocks(text)).toEqual(ownParts);
          const inside = text.split('```')[1] ?? '';
          expect(inside).not.toMatch(/<(users|https?:|mailto:)/i);
          expect(inside).not.toMatch(/<(?!\u200B)[^\s<>|]+\|[^<>\n]*>/);
        }
        const texts = [...cardOf(rich).matchAll(/"text":"((?:[^"\\]|\\.)*)"/g)].map((match) => match[1] ?? '');
        for (const text of texts) expect(text.replace(/<b>|<\/b>|<br>/g, '')).not.toMatch(/[<>]/);
      }),
      { numRuns: 300 },
    );
  });

  it('shows every title unchanged, except lone surrogates', () => {
    fc.assert(
      fc.property(hostile, (title) => {
        const whole = title.replace(/\p{Surrogate}/gu, '\uFFFD');
        const shown = alert({ title }).rich.text.replace(ZERO_WIDTH_SPACE, '');
        expect(shown).toContain(whole.replace(ZERO_WIDTH_SPACE, ''));
      }),
      { numRuns: 300 },
    );
  });
});

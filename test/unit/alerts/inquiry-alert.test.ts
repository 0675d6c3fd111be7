import fc from 'fast-check';
import { MAX_MESSAGE_BYTES, type ChatCard } from '../../../src/domain/alerts/chat-message';
import { createInquiryAlert } from '../../../src/domain/alerts/inquiry-alert';
import type { Inquiry } from '../../../src/domain/inquiries/inquiry';

const ZERO_WIDTH_SPACE = /\u200B/g;
const bytesOf = (message: object) => Buffer.byteLength(JSON.stringify(message), 'utf8');

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

function alert(changes: Partial<Inquiry> = {}, isLate = false) {
  const input = { skId: 'SK001', cohortName: '백엔드 3기', inquiry: inquiry(changes), isLate };
  const { rich, plain } = createInquiryAlert(input);
  const card = rich as ChatCard;
  return { card, plain, texts: textsOf(card) };
}

/** The texts of a card's widgets as Chat shows them, from top to bottom. */
function textsOf({ cardsV2 }: ChatCard): string[] {
  const widgets = cardsV2.flatMap(({ card }) => card.sections.flatMap((section) => section.widgets));
  return widgets.flatMap((widget) => {
    if ('buttonList' in widget) return [];
    const { text } = 'textParagraph' in widget ? widget.textParagraph : widget.decoratedText;
    const shown = text.replaceAll('<br>', '\n').replace(/<\/?b>/g, '');
    return [shown.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')];
  });
}

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
  it('is one card with the line of a notification and without a text, which Chat would show above the card', () => {
    const { card } = alert();
    expect(Object.keys(card).sort()).toEqual(['cardsV2', 'fallbackText']);
    expect(card.cardsV2).toHaveLength(1);
    expect(card.fallbackText).toBe('새 문의 · 백엔드 3기 (SK001): 3교시 과제가 제출되지 않습니다');
    expect(Object.keys(alert().plain)).toEqual(['text']);
  });

  it('contains all facts for an operator, in the card and in the text', () => {
    const { card, plain } = alert();
    for (const where of [JSON.stringify(card), plain.text]) {
      for (const needed of ['백엔드 3기', 'SK001', '과제', '3교시 과제가 제출되지 않습니다', '홍길동', 'S-17']) {
        expect(where).toContain(needed);
      }
      expect(where).toContain('버튼을 눌러도 반응이 없습니다.');
      expect(where).toContain('2025-01-20 09:05');
      expect(where).toContain('아직 없음');
      expect(where).toContain('https://lms.example.com/inquiries/E-1?tab=a&b=c');
    }
  });

  it('contains the time of the answer, and a note when it was found late', () => {
    const { texts } = alert({ answeredAt: new Date('2025-01-20T01:00:00Z') }, true);
    expect(texts).toContain('2025-01-20 10:00에 답변됨');
    expect(texts.join()).toContain('늦게 발견');
    expect(alert().texts.join()).not.toContain('늦게 발견');
  });

  it('names what the LMS does not know', () => {
    const { card, plain, texts } = alert({ title: null, content: null, studentName: null });
    expect(texts[0]).toBe('알 수 없음');
    expect(texts).toContain('알 수 없음 (S-17)');
    expect(alert({ studentName: null, studentId: null }).texts).toContain('알 수 없음');
    expect(texts).toContain('(내용 없음)');
    expect(card.fallbackText).toBe('새 문의 · 백엔드 3기 (SK001): 알 수 없음');
    expect(plain.text).toContain('제목: 알 수 없음');
  });

  it.each([[''], ['  \n'], ['\u200B\u2060']])('says of the title %j that there is none', (title) => {
    expect(alert({ title }).texts[0]).toBe('(제목 없음)');
    expect(alert({ title }).card.fallbackText).toContain('(제목 없음)');
  });

  it.each([
    ['[질문] 2*3*4 = 24 _맞나요_? ~네~ `a|b`'],
    ['List<String> 과 <br/> 태그, a<b || c>d, C:\\temp "따옴표" & \'작은따옴표\''],
    ['  앞뒤 공백  '],
    ['가족 👨‍👩‍👧‍👦 e\u0301 여러 줄\n둘째 줄'],
  ])('contains the title as it is: %j', (title) => {
    expect(alert({ title }).texts[0]).toBe(title);
    expect(alert({ title }).plain.text).toContain(`제목: ${title}`);
    expect(alert({ title }).card.fallbackText).toContain(title.trim().replace('\n', ' '));
  });

  it.each([
    ['<users/all> 보세요', '<\u200Busers/all> 보세요'],
    ['<https://evil.example|LMS>', '<\u200Bhttps://evil.example|LMS>'],
    ['<evil.example|LMS>', '<\u200Bevil.example|LMS>'],
    ['```js\n*x*\n```', '`\u200B`\u200B`js\n*x*\n`\u200B`\u200B`'],
  ])('splits mentions, links and ends of a block in the text alone: %j', (title, shown) => {
    expect(alert({ title }).plain.text).toContain(shown);
    expect(alert({ title }).texts[0]).toBe(title);
  });

  it.each([
    [null],
    ['javascript:alert(1)'],
    ['data:text/html,x'],
    ['no address'],
    [`https://lms.example.com/${'x'.repeat(3000)}`],
  ])('has no link for the address %j', (url) => {
    const { card, plain } = alert({ url });
    expect(plain.text).not.toContain('LMS에서 열기');
    expect(JSON.stringify(card)).not.toContain('openLink');
  });

  it('keeps the link in one piece', () => {
    const { plain } = alert({ url: 'https://lms.example.com/a|b?q=<users/all>' });
    expect(plain.text).toContain('<https://lms.example.com/a%7Cb?q=%3Cusers/all%3E|LMS에서 열기>');
  });

  it('cuts nothing of a message that fits', () => {
    const [title, content] = ['가'.repeat(1_000), '나'.repeat(8_250)];
    const { card, plain, texts } = alert({ title, content });
    expect(bytesOf(card)).toBeGreaterThan(MAX_MESSAGE_BYTES - 1_000);
    for (const shown of [texts[0], card.fallbackText, plain.text]) expect(shown).toContain(title);
    for (const shown of [texts.join(), plain.text]) expect(shown).toContain(content);
  });

  it('cuts the content before the title, with a mark', () => {
    const title = '가'.repeat(4_000);
    const { card, plain, texts } = alert({ title, content: '나'.repeat(50_000) });
    expect(texts[0]).toBe(title);
    expect(texts.join()).toMatch(/나…/);
    expect(plain.text).toContain(title);
    expect(plain.text).toMatch(/나…/);
    for (const message of [card, plain]) {
      expect(bytesOf(message)).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
      expect(bytesOf(message)).toBeGreaterThan(MAX_MESSAGE_BYTES - 200);
    }
  });

  it('cuts a title of 12,000 letters, and does not take it for an empty one', () => {
    const { card, plain, texts } = alert({ title: '가'.repeat(12_000) });
    expect(texts[0]).toMatch(/^가{9000,}…$/);
    expect(texts.at(-1)).toMatch(/…$/);
    expect(plain.text).toMatch(/제목: 가{9000,}…/);
    expect(card.fallbackText).toMatch(/: 가{190,}…$/);
    for (const message of [card, plain]) expect(bytesOf(message)).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
  });

  it('cuts a title that is longer than a message between characters', () => {
    const family = '👨‍👩‍👧‍👦';
    const { card, texts } = alert({ title: family.repeat(5_000) });
    const shown = /^(.+)…$/u.exec(texts[0] ?? '')?.[1] ?? '';
    expect(shown.length).toBeGreaterThan(0);
    expect(shown).toBe(family.repeat(shown.length / family.length));
    expect(bytesOf(card)).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
  });

  it('shows a part of a title that is one endless character', () => {
    const { texts, card } = alert({ title: `a${'\u0301'.repeat(40_000)}` });
    expect(texts[0]).toMatch(/^a\u0301+…/);
    expect(card.fallbackText).toMatch(/: a\u0301+…/);
  });

  it('is never too long', () => {
    const long = fc.oneof(
      hostile,
      fc.tuple(hostile, fc.integer({ min: 0, max: 20_000 })).map(([s, n]) => s + '"<\n각'.repeat(n)),
    );
    fc.assert(
      fc.property(long, long, hostile, fc.option(hostile), (title, content, studentName, category) => {
        const { card, plain } = alert({ title, content, studentName, category });
        expect(bytesOf(card)).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
        expect(bytesOf(plain)).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
        // A line break would be a second line of the notification.
        expect(card.fallbackText).not.toMatch(/[\n\r\u2028\u2029]/);
      }),
      { numRuns: 60 },
    );
  });

  it('mentions nobody, links nowhere and formats no foreign text', () => {
    const ownParts = ['📩 새 문의\n', '\n<https://lms.example.com/inquiries/E-1?tab=a&b=c|LMS에서 열기>'];
    fc.assert(
      fc.property(hostile, hostile, hostile, hostile, (title, content, studentName, category) => {
        const { card, plain } = alert({ title, content, studentName, category });
        // All foreign text is inside the one block.
        expect(outsideBlocks(plain.text)).toEqual(ownParts);
        for (const text of [plain.text.split('```')[1] ?? '', card.fallbackText]) {
          expect(text).not.toMatch(/<(users|https?:|mailto:)/i);
          expect(text).not.toMatch(/<(?!\u200B)[^\s<>|]+\|[^<>\n]*>/);
        }
        const texts = [...JSON.stringify(card.cardsV2).matchAll(/"text":"((?:[^"\\]|\\.)*)"/g)];
        for (const [, text = ''] of texts) expect(text.replace(/<b>|<\/b>|<br>/g, '')).not.toMatch(/[<>]/);
      }),
      { numRuns: 300 },
    );
  });

  it('shows every title unchanged, except lone surrogates and the kind of line break', () => {
    fc.assert(
      fc.property(hostile, (title) => {
        const whole = title.replace(/\p{Surrogate}/gu, '\uFFFD');
        const { plain, texts } = alert({ title });
        if (texts[0] === '(제목 없음)') return;
        expect(plain.text.replace(ZERO_WIDTH_SPACE, '')).toContain(whole.replace(ZERO_WIDTH_SPACE, ''));
        expect(texts[0]).toBe(whole.replace(/\r\n|[\r\u2028\u2029]/g, '\n'));
      }),
      { numRuns: 300 },
    );
  });
});

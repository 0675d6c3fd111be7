import { chromium, type Browser, type Page } from 'playwright-core';
import { locateChromium } from '../../../tools/servers/locate-programs';
import { startSimulator, type Simulator } from '../../support/simulator';

const executablePath = locateChromium();
// Without a browser the tests are skipped and counted as skipped.
const describeInBrowser = executablePath === undefined ? describe.skip : describe;

let simulator: Simulator;
let browser: Browser;
let page: Page;

async function post(space: string, requestId: string, threadKey: string, body: unknown): Promise<void> {
  const query = new URLSearchParams({
    requestId,
    threadKey,
    messageReplyOption: 'REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD',
  });
  const url = `${simulator.chatUrl(space)}&${query.toString()}`;
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`the post was refused: ${answer.status}`);
}

describeInBrowser("the page of Chat's messages", () => {
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] });
  });
  beforeEach(async () => {
    simulator = await startSimulator({ cohorts: 2, knobs: { chat: { messageIntervalMs: 0 } } });
    page = await browser.newPage();
  });
  afterEach(async () => {
    await page.close();
    await simulator.close();
  });
  afterAll(() => browser.close());

  test('messages appear without a reload, by thread and with their cards', async () => {
    await page.goto(simulator.chatPageUrl);
    const column = page.getByRole('log', { name: 'SK001 클라우드 개발자 과정' });
    await column.getByText('아직 메시지가 없습니다.').waitFor();

    const widgets = [
      { decoratedText: { topLabel: '학습자', text: '김하은' } },
      {
        buttonList: {
          buttons: [{ text: 'LMS에서 열기', onClick: { openLink: { url: 'https://lms.example.com/q/1' } } }],
        },
      },
    ];
    const cardsV2 = [{ card: { header: { title: '출석이 이상해요' }, sections: [{ widgets }] } }];
    await post('space-SK001', '1', 'first', { text: '새 문의', cardsV2 });
    await post('space-SK001', '2', 'second', { text: '다른 문의' });
    await post('space-SK001', '3', 'first', { text: '이어지는 글' });
    await post('space-SK001', '3', 'first', { text: '이어지는 글' });

    await column.getByText('이어지는 글').waitFor();
    const threads = await column.locator('.thread').allInnerTexts();
    expect(threads).toHaveLength(2);
    expect(threads[0]).toContain('다른 문의');
    expect(threads[1]).toMatch(/새 문의[^]*출석이 이상해요[^]*김하은[^]*이어지는 글/);
    expect(await column.getByRole('link', { name: 'LMS에서 열기' }).getAttribute('href')).toBe(
      'https://lms.example.com/q/1',
    );
    await page.locator('#duplicates', { hasText: '1' }).waitFor();
    expect(await page.locator('#created').innerText()).toBe('3');
  });

  test('a card stands alone, below the line of its notification', async () => {
    const fallbackText = '새 문의 · 과정 (SK001): <users/all> *제목*';
    const cardsV2 = [
      { card: { header: { title: '새 문의' }, sections: [{ widgets: [{ textParagraph: { text: '제목' } }] }] } },
    ];
    await post('other', '1', 't', { fallbackText, cardsV2 });
    await page.goto(simulator.chatPageUrl);
    const article = page.getByRole('log', { name: 'other' }).locator('article');
    await article.waitFor();
    expect(await article.locator('.notification').innerText()).toBe(`🔔 ${fallbackText}`);
    expect(await article.locator('.text').count()).toBe(0);
    expect(await article.locator('.card').innerText()).toMatch(/새 문의\s+제목/);
  });

  test('markup of a text is shown as in Chat, and scripts and images of it as text', async () => {
    const attack = '<script>window.broken = true</script><img src=x onerror="window.broken = true">';
    const card = {
      header: { title: attack },
      sections: [{ widgets: [{ textParagraph: { text: `${attack}<b>굵게</b>` } }] }],
    };
    await post('other', '1', 't', { text: `${attack} <users/all> *강조*`, cardsV2: [{ card }] });
    await page.goto(simulator.chatPageUrl);
    const article = page.getByRole('log', { name: 'other' }).locator('article');
    await article.waitFor();
    expect(await article.locator('.mention').innerText()).toBe('@users/all');
    expect(await article.locator('b').allInnerTexts()).toEqual(['강조', '굵게']);
    expect(await article.locator('script, img').count()).toBe(0);
    expect(await page.evaluate('window.broken')).toBeUndefined();
  });

  test('the page shows that the simulator is away', async () => {
    await page.goto(simulator.chatPageUrl);
    await page.getByText('새 메시지를 기다리는 중').waitFor();
    await simulator.close();
    await page.getByText('시뮬레이터에 연결할 수 없습니다').waitFor();
    expect(await page.locator('#state').getAttribute('class')).toBe('offline');
  });
});

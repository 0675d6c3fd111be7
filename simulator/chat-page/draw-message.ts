import type { ChatMessageBody } from '../chat/chat-message-schema';
import { drawHtml, drawText } from './draw-markup';
import { element, link } from './element';

/** The fields of a message that the page shows. */
export interface ShownMessage {
  number: number;
  space: string;
  thread: string;
  body: ChatMessageBody;
  createdAtMs: number;
}

type Card = NonNullable<ShownMessage['body']['cardsV2']>[number]['card'];
type Widget = NonNullable<Card['sections']>[number]['widgets'][number];
type Button = NonNullable<Widget['buttonList']>['buttons'][number];

/** A longer text gets a scroll bar. */
const LONG_TEXT = 600;

/**
 * Draws a message as Google Chat does: Chat's own markup in `text`, an HTML subset in cards, one above the other. Markup of a
 * learner that Chat would act on works here too, so that a person sees it. Scripts and attributes never reach the page. The
 * line of a phone's notification (`fallbackText`) stands above.
 */
export function drawMessage({ number, body, createdAtMs }: ShownMessage): HTMLElement {
  const at = new Date(createdAtMs).toLocaleTimeString('sv-SE', { timeZone: 'Asia/Seoul' });
  const drawn = element(
    'div',
    '',
    element('div', 'by', element('strong', '', 'OpenEG'), element('time', '', at)),
    body.fallbackText === undefined ? undefined : element('div', 'notification', `🔔 ${body.fallbackText}`),
    body.text === undefined || body.text === ''
      ? undefined
      : element('div', body.text.length > LONG_TEXT ? 'text long' : 'text', ...drawText(body.text)),
    ...(body.cardsV2 ?? []).map(({ card }) => drawCard(card)),
  );
  const article = element('article', '', element('div', 'avatar', 'O'), drawn);
  article.dataset.number = String(number);
  return article;
}

function drawCard({ header, sections = [] }: Card): HTMLElement {
  const head =
    header &&
    element(
      'div',
      'head',
      element('strong', '', header.title),
      header.subtitle === undefined ? undefined : element('span', '', header.subtitle),
    );
  const parts = sections.map((section) =>
    element(
      'div',
      'part',
      section.header === undefined ? undefined : element('div', 'title', ...drawHtml(section.header)),
      ...section.widgets.map(drawWidget),
    ),
  );
  return element('div', 'card', head, ...parts);
}

function drawWidget(widget: Widget): HTMLElement | undefined {
  if (widget.divider !== undefined) return element('hr', '');
  if (widget.textParagraph !== undefined) {
    return element('div', 'widget-text long', ...drawHtml(widget.textParagraph.text));
  }
  if (widget.buttonList !== undefined) return element('div', 'buttons', ...widget.buttonList.buttons.map(drawButton));
  if (widget.image !== undefined) {
    return element('div', 'label', `[${widget.image.altText ?? widget.image.imageUrl}]`);
  }
  const { decoratedText } = widget;
  if (decoratedText === undefined) return undefined;
  return element(
    'div',
    '',
    decoratedText.topLabel === undefined ? undefined : element('div', 'label', decoratedText.topLabel),
    element('div', 'widget-text', ...drawHtml(decoratedText.text)),
    decoratedText.bottomLabel === undefined ? undefined : element('div', 'label', decoratedText.bottomLabel),
    decoratedText.button && element('div', 'buttons', drawButton(decoratedText.button)),
  );
}

function drawButton({ onClick, text, altText }: Button): HTMLAnchorElement {
  return link(onClick.openLink.url, text ?? altText ?? '');
}

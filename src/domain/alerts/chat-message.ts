import { z } from 'zod';

/** Google Chat refuses a larger message, measured as the JSON body in UTF-8 (contract section 2). */
export const MAX_MESSAGE_BYTES = 32_000;

export type CardWidget =
  | { textParagraph: { text: string } }
  | { decoratedText: { topLabel: string; text: string; wrapText: boolean } }
  | { buttonList: { buttons: { text: string; onClick: { openLink: { url: string } } }[] } };

export interface ChatText {
  /** In Chat's own markup. */
  text: string;
}

/** One card. Chat would show a `text` above it, so it has none (contract section 2). */
export interface ChatCard {
  /** One line of plain text: a phone's notification shows it. */
  fallbackText: string;
  cardsV2: { cardId: string; card: { header: { title: string }; sections: { widgets: CardWidget[] }[] } }[];
}

/** One message of the outbox. `plain` is sent when Chat refuses `rich`. */
export interface OutboxContent {
  rich: ChatCard | ChatText;
  plain: ChatText;
}

/**
 * A message that the outbox holds. It is posted as it was stored: another version of the service may have stored it, with
 * fields that this one does not know.
 */
export const storedContentSchema = z.object({ rich: z.looseObject({}), plain: z.looseObject({ text: z.string() }) });
export type StoredContent = z.infer<typeof storedContentSchema>;
export type StoredMessage = StoredContent['rich' | 'plain'];

import { z } from 'zod';

/** Google Chat refuses a larger message, measured as the JSON body in UTF-8 (contract section 2). */
export const MAX_MESSAGE_BYTES = 32_000;

const widgetSchema = z.union([
  z.strictObject({ textParagraph: z.strictObject({ text: z.string() }) }),
  z.strictObject({ decoratedText: z.strictObject({ topLabel: z.string(), text: z.string(), wrapText: z.boolean() }) }),
  z.strictObject({
    buttonList: z.strictObject({
      buttons: z.array(
        z.strictObject({
          text: z.string(),
          onClick: z.strictObject({ openLink: z.strictObject({ url: z.string() }) }),
        }),
      ),
    }),
  }),
]);
export type CardWidget = z.infer<typeof widgetSchema>;

/** The part of Google Chat's message format that the service uses. */
export const chatMessageSchema = z.strictObject({
  text: z.string(),
  cardsV2: z
    .array(
      z.strictObject({
        cardId: z.string(),
        card: z.strictObject({
          header: z.strictObject({ title: z.string() }),
          sections: z.array(z.strictObject({ widgets: z.array(widgetSchema) })),
        }),
      }),
    )
    .optional(),
});
export type ChatMessage = z.infer<typeof chatMessageSchema>;

/** One message of the outbox. `plain` is sent when Chat refuses `rich`. */
export const outboxContentSchema = z.strictObject({ rich: chatMessageSchema, plain: chatMessageSchema });
export type OutboxContent = z.infer<typeof outboxContentSchema>;

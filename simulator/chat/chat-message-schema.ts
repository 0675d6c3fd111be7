import { z } from 'zod';

/*
 * The part of Google Chat's messages that webhooks use. Google answers an unknown field with 400, so each object here is
 * strict. Source: developers.google.com/workspace/chat/api/reference/rest/v1/cards
 */

const httpUrl = z.url({ protocol: /^https?$/ });
const onClick = z.strictObject({ openLink: z.strictObject({ url: httpUrl }) });
const icon = z.strictObject({
  knownIcon: z.string().optional(),
  iconUrl: httpUrl.optional(),
  materialIcon: z.strictObject({ name: z.string() }).optional(),
  altText: z.string().optional(),
  imageType: z.enum(['SQUARE', 'CIRCLE']).optional(),
});
const button = z.strictObject({
  text: z.string().optional(),
  icon: icon.optional(),
  onClick,
  disabled: z.boolean().optional(),
  altText: z.string().optional(),
  type: z.enum(['OUTLINED', 'FILLED', 'FILLED_TONAL', 'BORDERLESS']).optional(),
});
const decoratedText = z.strictObject({
  topLabel: z.string().optional(),
  text: z.string().min(1),
  bottomLabel: z.string().optional(),
  wrapText: z.boolean().optional(),
  startIcon: icon.optional(),
  endIcon: icon.optional(),
  button: button.optional(),
  onClick: onClick.optional(),
});

/** A widget holds exactly one of these. */
const widget = z
  .strictObject({
    textParagraph: z.strictObject({ text: z.string().min(1), maxLines: z.int().optional() }).optional(),
    decoratedText: decoratedText.optional(),
    buttonList: z.strictObject({ buttons: z.array(button).min(1) }).optional(),
    image: z
      .strictObject({ imageUrl: httpUrl, altText: z.string().optional(), onClick: onClick.optional() })
      .optional(),
    divider: z.strictObject({}).optional(),
    horizontalAlignment: z.enum(['START', 'CENTER', 'END']).optional(),
  })
  .refine(
    ({ horizontalAlignment: _alignment, ...data }) =>
      Object.values(data).filter((one) => one !== undefined).length === 1,
    'a widget holds exactly one kind of content',
  );

const card = z.strictObject({
  header: z
    .strictObject({
      title: z.string().min(1),
      subtitle: z.string().optional(),
      imageUrl: httpUrl.optional(),
      imageType: z.enum(['SQUARE', 'CIRCLE']).optional(),
      imageAltText: z.string().optional(),
    })
    .optional(),
  sections: z
    .array(
      z.strictObject({
        header: z.string().optional(),
        widgets: z.array(widget).min(1),
        collapsible: z.boolean().optional(),
        uncollapsibleWidgetsCount: z.int().min(0).optional(),
      }),
    )
    .optional(),
});

export const chatMessageSchema = z
  .strictObject({
    text: z.string().optional(),
    cardsV2: z.array(z.strictObject({ cardId: z.string().optional(), card })).optional(),
    fallbackText: z.string().optional(),
    thread: z.strictObject({ threadKey: z.string() }).optional(),
  })
  .refine(({ text, cardsV2 }) => (text ?? '') !== '' || (cardsV2 ?? []).length > 0, 'a message needs text or cards');

export type ChatMessageBody = z.output<typeof chatMessageSchema>;

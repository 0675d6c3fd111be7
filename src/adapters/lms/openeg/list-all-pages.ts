import type { z } from 'zod';
import type { pageSchema } from './wire-schemas';
import { lmsFailure } from '../lms-failure';
import type { LmsRequest, LmsRequests } from './openeg-requests';
import type { LmsHeaders } from '../access/lms-exchange';

/** Contract: at most 100; a page may hold fewer. */
const PAGE_LIMIT = 100;
/** Far beyond any cohort; a list that never ends must not be read for ever. */
const MOST_PAGES = 20_000;

type PageSchema<Item extends z.ZodType> = ReturnType<typeof pageSchema<Item>>;

export interface ListRequest<Item extends z.ZodType> extends Omit<LmsRequest<PageSchema<Item>>, 'method' | 'body'> {
  /** What makes two items the same one. */
  keyOf(item: z.output<Item>): string | number;
}

/**
 * Reads a list by its opaque cursors to the end. It can change meanwhile, so an item can be seen twice: each is
 * answered once, as it was seen last, where it was seen first.
 * @throws ServiceError as `LmsClient` says; LMS_BAD_PAGE when the pages repeat or never end
 */
export async function listAllPages<Item extends z.ZodType>(
  requests: LmsRequests,
  { keyOf, ...request }: ListRequest<Item>,
): Promise<{ items: z.output<Item>[]; firstHeaders: LmsHeaders }> {
  const items = new Map<string | number, z.output<Item>>();
  const firstPath = `${request.path}${request.path.includes('?') ? '&' : '?'}limit=${PAGE_LIMIT}`;
  const cursors = new Set<string>();
  let firstHeaders: LmsHeaders | undefined;
  let path = firstPath;
  for (;;) {
    const { value, headers } = await requests.ask({ ...request, method: 'GET', path });
    firstHeaders ??= headers;
    for (const item of value.items) items.set(keyOf(item), item);
    const { nextCursor } = value;
    if (nextCursor === null) return { items: [...items.values()], firstHeaders };
    const subject = { operation: request.operation, skId: request.account.skId };
    if (cursors.has(nextCursor))
      throw lmsFailure(subject, 'LMS_BAD_PAGE', 'repeats its pages: a nextCursor came twice');
    if (cursors.size === MOST_PAGES) throw lmsFailure(subject, 'LMS_BAD_PAGE', `has no last page after ${MOST_PAGES}`);
    cursors.add(nextCursor);
    path = `${firstPath}&cursor=${encodeURIComponent(nextCursor)}`;
  }
}

import type { z } from 'zod';
import type { ResponseHeaders } from '../access/running-exchange';
import { lmsFailure } from '../lms-failure';
import type { LmsRequest, OpenEgRequests } from './openeg-requests';
import type { pageSchema } from './wire-schemas';

/** The largest page that the contract allows. A page may hold fewer items. */
const PAGE_LIMIT = 100;
/** Far beyond any cohort. It bounds a list that never ends. */
const MOST_PAGES = 20_000;

/** One kind of list at the LMS. */
export interface ListKind<Item extends z.ZodType> {
  operation: string;
  page: ReturnType<typeof pageSchema<Item>>;
  /** Two items with the same key are the same item. */
  keyOf(item: z.output<Item>): string | number;
}

export type ListRequest = Omit<LmsRequest<z.ZodType>, 'operation' | 'method' | 'body' | 'answer'>;

/**
 * Reads a list by its opaque cursors to the end. The list can change meanwhile, so the LMS can list an item twice: the
 * result holds it once, with its newest values, at its first place.
 * @throws ServiceError as `LmsClient` does; LMS_BAD_PAGE when the pages repeat or never end
 */
export async function listAllPages<Item extends z.ZodType>(
  requests: Pick<OpenEgRequests, 'ask'>,
  { operation, page, keyOf }: ListKind<Item>,
  request: ListRequest,
): Promise<{ items: z.output<Item>[]; firstHeaders: ResponseHeaders }> {
  const items = new Map<string | number, z.output<Item>>();
  const firstPath = `${request.path}${request.path.includes('?') ? '&' : '?'}limit=${PAGE_LIMIT}`;
  const cursors = new Set<string>();
  let firstHeaders: ResponseHeaders | undefined;
  let path = firstPath;
  for (;;) {
    const { value, headers } = await requests.ask({ ...request, operation, method: 'GET', path, answer: page });
    firstHeaders ??= headers;
    for (const item of value.items) items.set(keyOf(item), item);
    const { nextCursor } = value;
    if (nextCursor === null) return { items: [...items.values()], firstHeaders };
    const subject = { operation, skId: request.account.skId };
    if (cursors.has(nextCursor))
      throw lmsFailure(subject, 'LMS_BAD_PAGE', 'repeats its pages: a nextCursor came twice');
    if (cursors.size === MOST_PAGES) throw lmsFailure(subject, 'LMS_BAD_PAGE', `has no last page after ${MOST_PAGES}`);
    cursors.add(nextCursor);
    path = `${firstPath}&cursor=${encodeURIComponent(nextCursor)}`;
  }
}

import type { z } from 'zod';
import type { ResponseHeaders } from '../access/running-exchange';
import type { Logger } from '../../logger';
import { lmsFailure, type LmsSubject } from '../lms-failure';
import type { LmsRequest, OpenEgRequests } from './openeg-requests';
import { isInstantAtLimit, type pageSchema } from './wire-schemas';

/** The largest page that the contract allows. A page may hold fewer items. */
const PAGE_LIMIT = 100;
/** Far beyond any cohort. It bounds a list that never ends. */
const MOST_PAGES = 20_000;

/** One kind of list at the LMS. */
export interface ListKind<Item extends z.ZodType> {
  operation: string;
  page: ReturnType<typeof pageSchema<Item>>;
  /** Two items with the same key are the same item. `place` counts the list's items from 1. */
  keyOf(item: z.output<Item>, place: number): string | number;
  /** `no list` where a living session lists nothing most of the time, so that an empty page is no reason for doubt. */
  ofEmptyPage?: 'nothing' | 'no list';
}

/** A page can have hundreds of such instants; a few of them are enough to see why. */
const MOST_INSTANTS_NAMED = 3;

export type ListRequest = Omit<LmsRequest<z.ZodType>, 'operation' | 'method' | 'body' | 'answer' | 'listedBy'>;

/**
 * Reads a list by its opaque cursors to the end. The list can change meanwhile, so the LMS can list an item twice: the
 * result holds it once, with its newest values, at its first place.
 * @throws ServiceError as `LmsClient` does; LMS_BAD_PAGE when the pages repeat or never end
 */
export async function listAllPages<Item extends z.ZodType>(
  requests: Pick<OpenEgRequests, 'ask' | 'logger'>,
  { operation, page, keyOf, ofEmptyPage = 'nothing' }: ListKind<Item>,
  request: ListRequest,
): Promise<{ items: z.output<Item>[]; firstHeaders: ResponseHeaders }> {
  const items = new Map<string | number, z.output<Item>>();
  const firstPath = `${request.path}${request.path.includes('?') ? '&' : '?'}limit=${PAGE_LIMIT}`;
  const cursors = new Set<string>();
  let firstHeaders: ResponseHeaders | undefined;
  let path = firstPath;
  let place = 0;
  for (;;) {
    const { value, headers } = await requests.ask({
      ...request,
      ...{ operation, method: 'GET', path, answer: page },
      listedBy: ({ items: listed }) => (listed.length > 0 ? 'something' : ofEmptyPage),
    });
    firstHeaders ??= headers;
    for (const item of value.items) items.set(keyOf(item, ++place), item);
    warnOfInstants(requests.logger, { operation, skId: request.account.skId }, value.items, keyOf);
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

/** Names the instants that are stored as the nearest ones that a column can hold. */
function warnOfInstants<Item>(
  logger: Logger,
  subject: LmsSubject,
  items: readonly Item[],
  keyOf: (item: Item, place: number) => string | number,
): void {
  const fields = items.flatMap((item, index) =>
    Object.entries(item as object)
      .filter(([, value]) => isInstantAtLimit(value))
      .map(([field]) => `${keyOf(item, index + 1)}.${field}`),
  );
  if (fields.length === 0) return;
  logger.warn(
    { ...subject, fields: fields.slice(0, MOST_INSTANTS_NAMED), count: fields.length },
    'The LMS names instants that the database cannot hold: the nearest ones are stored',
  );
}

import type { z } from 'zod';
import type { BodyEnds, ResponseHeaders } from '../access/running-exchange';
import type { Logger } from '../../logger';
import { lmsFailure, type LmsSubject } from '../lms-failure';
import { MOST_BODY_BYTES, MOST_PAGE_BYTES } from '../lms-limits';
import { findInEnds } from './find-in-ends';
import type { LmsRequest, OpenEgRequests, TooLarge } from './openeg-requests';
import type { PageLimits } from './page-limits';
import { verdictFailure } from './verdict';
import { isInstantAtLimit, type pageSchema } from './wire-schemas';

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
  /** Stands for an item that is larger than any answer may be. Without it such an item fails the list. */
  ofLargeItem?(body: BodyEnds): z.output<Item>;
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
  requests: Pick<OpenEgRequests, 'askWithin' | 'logger'>,
  pageLimits: PageLimits,
  { operation, page, keyOf, ofEmptyPage = 'nothing', ofLargeItem }: ListKind<Item>,
  request: ListRequest,
): Promise<{ items: z.output<Item>[]; firstHeaders: ResponseHeaders }> {
  const items = new Map<string | number, z.output<Item>>();
  const subject = { operation, skId: request.account.skId };
  const pathOf = (limit: number, cursor?: string) =>
    `${request.path}${request.path.includes('?') ? '&' : '?'}limit=${limit}${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
  const cursors = new Set<string>();
  let firstHeaders: ResponseHeaders | undefined;
  let limit = pageLimits.first(subject);
  let cursor: string | undefined;
  let place = 0;
  for (;;) {
    const answer = await requests.askWithin({
      ...request,
      ...{ operation, method: 'GET', path: pathOf(limit, cursor), answer: page },
      bodyLimit:
        limit > 1 ? { maxBytes: MOST_PAGE_BYTES, keepsEnds: false } : { maxBytes: MOST_BODY_BYTES, keepsEnds: true },
      listedBy: ({ items: listed }) => (listed.length > 0 ? 'something' : ofEmptyPage),
    });
    if ('kind' in answer && limit > 1) {
      limit = Math.floor(limit / 2);
      pageLimits.shrink(subject, limit);
      continue;
    }
    const { value, headers } = 'kind' in answer ? withoutLargeItem(answer, subject, ofLargeItem) : answer;
    firstHeaders ??= headers;
    for (const item of value.items) items.set(keyOf(item, ++place), item);
    warnOfInstants(requests.logger, subject, value.items, keyOf);
    const { nextCursor } = value;
    if (nextCursor === null) return { items: [...items.values()], firstHeaders: firstHeaders ?? {} };
    if (cursors.has(nextCursor))
      throw lmsFailure(subject, 'LMS_BAD_PAGE', 'repeats its pages: a nextCursor came twice');
    if (cursors.size === MOST_PAGES) throw lmsFailure(subject, 'LMS_BAD_PAGE', `has no last page after ${MOST_PAGES}`);
    cursors.add(nextCursor);
    cursor = nextCursor;
  }
}

/** The page of one item that is too large to be read: the next cursor stands in one of its ends. */
function withoutLargeItem<Item extends z.ZodType>(
  answer: TooLarge,
  subject: LmsSubject,
  ofLargeItem: ListKind<Item>['ofLargeItem'],
): { value: { items: z.output<Item>[]; nextCursor: string | null }; headers: ResponseHeaders } {
  const nextCursor = answer.ends === null ? undefined : findInEnds(answer.ends, 'nextCursor');
  if (answer.ends === null || ofLargeItem === undefined || (nextCursor !== null && typeof nextCursor !== 'string')) {
    throw verdictFailure(subject, answer);
  }
  return { value: { items: [ofLargeItem(answer.ends)], nextCursor }, headers: {} };
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

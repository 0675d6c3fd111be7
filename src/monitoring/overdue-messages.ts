import { listOverdueOperatorsMessages } from '../adapters/database/alerts/chat-outbox';
import type { Database } from '../adapters/database/core/database';
import { pause } from '../adapters/shared/pause';

/** Posts one message of the outbox to the operators' space. Resolves to whether the next one may follow. */
export type PostOperatorsMessage = (id: number, until: AbortSignal) => Promise<boolean>;

/** The delivery sends a message within seconds. A message of this age waits because Temporal is away. */
const OVERDUE_AFTER_SECONDS = 30;
/** Chat takes one message a second for each space (contract section 2). */
const SPACING_MS = 1_000;

/**
 * Posts the operators' messages that the delivery did not, so that operators hear of an outage of Temporal during it.
 * When the delivery comes back at the same moment, Chat drops the second post by its `requestId`.
 * @throws ServiceError DATABASE_UNAVAILABLE
 */
export async function postOverdueMessages(
  database: Database,
  postMessage: PostOperatorsMessage,
  until: AbortSignal,
): Promise<void> {
  const overdue = await listOverdueOperatorsMessages(database, OVERDUE_AFTER_SECONDS);
  for (const id of overdue) {
    if (until.aborted || !(await postMessage(id, until))) return;
    await pause(SPACING_MS, [until]);
  }
}

import { listOverdueOperatorsMessages } from '../adapters/database/alerts/chat-outbox';
import type { Database } from '../adapters/database/core/database';
import { pause } from '../adapters/shared/pause';

/** Posts one message of the outbox to the operators' space. Resolves to whether it waits no more. */
export type PostOperatorsMessage = (id: number, until: AbortSignal) => Promise<boolean>;

/** The delivery sends a message within seconds. A message of this age waits because the delivery does not run. */
const OVERDUE_AFTER_SECONDS = 120;
/** Chat takes one message a second for each space (contract section 2). */
const SPACING_MS = 1_000;
/** After this many failures one after the other it is Chat that fails, and not a message. */
const MAX_FAILURES = 3;

/**
 * Posts the operators' messages that the delivery did not, whatever the reason, so that operators hear of an outage of
 * Temporal or of the workers during it. Of two posts at once Chat drops the second one by its `requestId`.
 * @throws ServiceError DATABASE_UNAVAILABLE
 */
export async function postOverdueMessages(
  database: Database,
  postMessage: PostOperatorsMessage,
  until: AbortSignal,
): Promise<void> {
  const overdue = await listOverdueOperatorsMessages(database, OVERDUE_AFTER_SECONDS);
  let failures = 0;
  for (const id of overdue) {
    if (until.aborted || failures === MAX_FAILURES) return;
    failures = (await postMessage(id, until)) ? 0 : failures + 1;
    await pause(SPACING_MS, [until]);
  }
}

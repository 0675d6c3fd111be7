import { confirmRefusals, listUnconfirmedRefusals, undoRefusals } from '../../adapters/database/alerts/chat-outbox';
import type { Database } from '../../adapters/database/core/database';
import { spaceDigest } from './send-outbox-message';

/** So many different messages that a space refuses one after the other: it is the webhook that refuses. */
const WEBHOOK_REFUSES = 3;

export interface RefusalsInARow {
  /**
   * Notes a message that was put aside because its space refused it.
   * @returns true when the webhook is at fault: all these messages wait again
   */
  add(webhookUrl: string, id: number): Promise<boolean>;
  /** Notes that the space took a message. */
  end(webhookUrl: string): Promise<void>;
}

/** Begins with the refusals of earlier deliveries. */
export async function createRefusalsInARow(database: Database): Promise<RefusalsInARow> {
  const idsOf = new Map<string, number[]>();
  for (const { id, space } of await listUnconfirmedRefusals(database)) {
    idsOf.set(space, [...(idsOf.get(space) ?? []), id]);
  }
  return {
    async add(webhookUrl, id) {
      const space = spaceDigest(webhookUrl);
      const ids = [...(idsOf.get(space) ?? []), id];
      idsOf.set(space, ids);
      if (ids.length < WEBHOOK_REFUSES) return false;
      await database.transaction((transaction) => undoRefusals(transaction, ids));
      idsOf.delete(space);
      return true;
    },
    async end(webhookUrl) {
      const space = spaceDigest(webhookUrl);
      const ids = idsOf.get(space);
      if (ids === undefined) return;
      await confirmRefusals(database, ids);
      idsOf.delete(space);
    },
  };
}

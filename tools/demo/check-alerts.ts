import { createHash } from 'node:crypto';
import type { SimulatorProcess } from '../simulator-process';

/** Where the learners' questions are in Google Chat. */
export interface AlertCheck {
  asked: number;
  /** Questions with a message in their cohort's space. */
  created: number;
  /** Messages beyond a question's first. */
  doubled: number;
  /** Messages that Chat got again, with the same key, and did not create again. */
  dropped: number;
}

export async function checkAlerts(simulator: SimulatorProcess): Promise<AlertCheck> {
  const [cohorts, inquiries, messages, state] = await Promise.all([
    simulator.cohorts(),
    simulator.inquiries(),
    simulator.chatMessages(),
    simulator.state(),
  ]);
  const spaceOf = new Map(cohorts.map(({ skId, space }) => [skId, space]));
  const cohortSpaces = new Set(spaceOf.values());
  const alerts = messages.filter(({ space }) => cohortSpaces.has(space));
  const posted = new Set(alerts.map(({ space, requestId }) => `${space} ${requestId}`));
  const created = inquiries.filter(({ skId, inquiry }) =>
    posted.has(`${spaceOf.get(skId)} ${entryHash(skId, inquiry.entryId)}`),
  );
  return {
    asked: inquiries.length,
    created: created.length,
    doubled: alerts.length - created.length,
    dropped: state.chat.duplicates,
  };
}

/** The key of an alert (contract section 5). */
export function entryHash(skId: string, entryId: string): string {
  return createHash('sha256').update(`${skId}\n${entryId}`, 'utf8').digest('hex');
}

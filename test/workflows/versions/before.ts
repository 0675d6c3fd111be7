import { condition, continueAsNew, defineQuery, defineSignal, proxyActivities, setHandler } from '@temporalio/workflow';
import type { LedgerActivities } from './ledger-activities';

/* A long-lived workflow as released: it books each value that it receives and continues as new after a hundred. */

export const tellSignal = defineSignal<[number]>('tell');
export const bookedQuery = defineQuery<number>('booked');

export interface LedgerState {
  waiting: number[];
  booked: number;
}

const { book } = proxyActivities<LedgerActivities>({ startToCloseTimeout: '10 s' });

export async function ledger(state: LedgerState = { waiting: [], booked: 0 }): Promise<void> {
  setHandler(tellSignal, (value) => void state.waiting.push(value));
  setHandler(bookedQuery, () => state.booked);
  for (let steps = 0; steps < 100; steps++) {
    await condition(() => state.waiting.length > 0);
    await book(state.waiting[0]!);
    state.waiting.shift();
    state.booked += 1;
  }
  await continueAsNew<typeof ledger>(state);
}

import { condition, continueAsNew, proxyActivities, setHandler } from '@temporalio/workflow';
import { bookedQuery, tellSignal, type LedgerState } from './before';
import type { LedgerActivities } from './ledger-activities';

/* The same change without a guard: replay must refuse it. */

const { book, check } = proxyActivities<LedgerActivities>({ startToCloseTimeout: '10 s' });

export async function ledger(state: LedgerState = { waiting: [], booked: 0 }): Promise<void> {
  setHandler(tellSignal, (value) => void state.waiting.push(value));
  setHandler(bookedQuery, () => state.booked);
  for (let steps = 0; steps < 100; steps++) {
    await condition(() => state.waiting.length > 0);
    await check(state.waiting[0]!);
    await book(state.waiting[0]!);
    state.waiting.shift();
    state.booked += 1;
  }
  await continueAsNew<typeof ledger>(state);
}

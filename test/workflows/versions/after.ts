import { condition, continueAsNew, patched, proxyActivities, setHandler } from '@temporalio/workflow';
import { bookedQuery, tellSignal, type LedgerState } from './before';
import type { LedgerActivities } from './ledger-activities';

/* The same workflow with a guarded change (docs/operations/changing-workflows.md): it checks each value before it books it. */

const { book, check } = proxyActivities<LedgerActivities>({ startToCloseTimeout: '10 s' });

export async function ledger(state: LedgerState = { waiting: [], booked: 0 }): Promise<void> {
  setHandler(tellSignal, (value) => void state.waiting.push(value));
  setHandler(bookedQuery, () => state.booked);
  for (let steps = 0; steps < 100; steps++) {
    await condition(() => state.waiting.length > 0);
    if (patched('check-before-booking')) await check(state.waiting[0]!);
    await book(state.waiting[0]!);
    state.waiting.shift();
    state.booked += 1;
  }
  await continueAsNew<typeof ledger>(state);
}

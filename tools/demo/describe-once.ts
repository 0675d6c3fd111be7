import Table from 'cli-table3';
import type { OnceResult } from './run-once';

/** The table at the end of `npm run demo -- --once`, and whether everything in it is right. */
export function describeOnce(result: OnceResult): { text: string; isRight: boolean } {
  const { alerts, tables, collection, date } = result;
  const table = new Table({ head: ['what', 'expected', 'found', ''], style: { head: [], border: [] } });
  let isRight = result.collectionFailure === undefined;
  const row = (what: string, expected: string | number, found: string | number, isRowRight: boolean) => {
    isRight &&= isRowRight;
    table.push([what, expected, found, isRowRight ? 'ok' : 'WRONG']);
  };

  row('alerts: asked and created', alerts.asked, alerts.created, alerts.asked > 0 && alerts.created === alerts.asked);
  row('alerts: doubled', 0, alerts.doubled, alerts.doubled === 0);
  for (const { table: name, expected, stored, different } of tables) {
    const found = different === 0 ? stored : `${stored}, ${different} different`;
    row(`rows: ${name}`, expected, found, expected > 0 && stored === expected && different === 0);
  }
  row('statistics trigger sent', 'once', result.isTriggerSent ? 'once' : 'no', result.isTriggerSent);
  row('LMS: peak in flight', 'at most 15', collection.peakInFlight, result.isLimitKept);

  const { requests, wallMs, leastMs } = collection;
  const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(2);
  const lines = [
    table.toString(),
    `Google Chat got ${alerts.dropped} message(s) again after an answer was lost, and created none of them twice.`,
    `Collection of ${date}: ${requests} requests in ${seconds(wallMs)} s; 15 in flight take at least ${seconds(leastMs)} s.`,
  ];
  if (result.collectionFailure !== undefined) lines.push(`The collection failed: ${result.collectionFailure}`);
  return { text: lines.join('\n'), isRight };
}

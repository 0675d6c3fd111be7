'use strict';
const Table = require('cli-table3');

/**
 * The table at the end of `npm run demo -- --once`, and whether all is as it should be.
 * @param {import('./run-once.mjs').OnceResult} result
 * @returns {{ text: string, passed: boolean }}
 */
function describeOnce(result) {
  const { alerts, tables, collection, date } = result;
  const table = new Table({ head: ['what', 'expected', 'found', ''], style: { head: [], border: [] } });
  let passed = true;
  /**
   * @param {string} what
   * @param {string | number} expected
   * @param {string | number} found
   * @param {boolean} right
   */
  const row = (what, expected, found, right) => {
    passed &&= right;
    table.push([what, expected, found, right ? 'ok' : 'WRONG']);
  };

  row('alerts: asked and created', alerts.asked, alerts.created, alerts.asked > 0 && alerts.created === alerts.asked);
  row('alerts: doubled', 0, alerts.doubled, alerts.doubled === 0);
  for (const { table: name, expected, stored, different } of tables) {
    const found = different === 0 ? stored : `${stored}, ${different} different`;
    row(`rows: ${name}`, expected, found, expected > 0 && stored === expected && different === 0);
  }
  row('statistics server told', 'once', result.statisticsTold ? 'once' : 'no', result.statisticsTold);
  row('LMS: peak in flight', 'at most 15', collection.peakInFlight, result.limitKept);

  const { requests, wallMs, leastMs } = collection;
  const lines = [
    table.toString(),
    `Google Chat was sent ${alerts.dropped} message(s) again after an answer was lost, and created none of them twice.`,
    `Collection of ${date}: ${requests} requests in ${seconds(wallMs)} s; ${seconds(leastMs)} s is the least that 15 in flight allow.`,
  ];
  if (result.collectionFailure !== undefined) {
    passed = false;
    lines.push(`The collection failed: ${result.collectionFailure}`);
  }
  return { text: lines.join('\n'), passed };
}

/** @param {number} milliseconds */
function seconds(milliseconds) {
  return (milliseconds / 1000).toFixed(2);
}

module.exports = { describeOnce };

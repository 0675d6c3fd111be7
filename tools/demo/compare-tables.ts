'use strict';
/**
 * Of one table, over all cohorts.
 * @typedef {object} TableComparison
 * @property {string} table
 * @property {number} expected rows, as the simulator says
 * @property {number} stored rows
 * @property {number} different rows that are missing, surplus, or differ in a column
 */

/**
 * Compares every row and every column that the simulator expects with what is stored.
 * @param {import('mysql2/promise').Connection} connection
 * @param {import('./simulator-control.mjs').SimulatorControl} simulator
 * @param {string} date
 * @returns {Promise<TableComparison[]>}
 */
async function compareTables(connection, simulator, date) {
  /** @type {Map<string, TableComparison>} */
  const comparisons = new Map();
  for (const { skId } of await simulator.cohorts()) {
    const { tables, keys } = await simulator.expected(skId, date);
    for (const [table, expected] of Object.entries(tables)) {
      const key = keys[table] ?? [];
      const stored = await storedRows(connection, table, skId, key.includes('log_date') ? date : undefined);
      const total = comparisons.get(table) ?? { table, expected: 0, stored: 0, different: 0 };
      comparisons.set(table, {
        table,
        expected: total.expected + expected.length,
        stored: total.stored + stored.length,
        different: total.different + countDifferences(expected, stored, key),
      });
    }
  }
  return [...comparisons.values()];
}

/** @typedef {Record<string, string | number | Date | null>} Row */

/**
 * @param {import('mysql2/promise').Connection} connection
 * @param {string} table
 * @param {string} skId
 * @param {string | undefined} date
 * @returns {Promise<Row[]>}
 */
async function storedRows(connection, table, skId, date) {
  const condition = date === undefined ? 'sk_id = ?' : 'sk_id = ? AND log_date = ?';
  const [rows] = await connection.query(
    `SELECT * FROM ${table} WHERE ${condition}`,
    date === undefined ? [skId] : [skId, date],
  );
  return /** @type {Row[]} */ (rows);
}

/**
 * The service may keep further columns: those that are expected count.
 * @param {readonly Row[]} expected
 * @param {readonly Row[]} stored
 * @param {readonly string[]} key
 */
function countDifferences(expected, stored, key) {
  const keyOf = (/** @type {Row} */ row) => JSON.stringify(key.map((column) => row[column]));
  const found = new Map(stored.map((row) => [keyOf(row), row]));
  let differences = 0;
  for (const row of expected) {
    const other = found.get(keyOf(row));
    found.delete(keyOf(row));
    const same = other !== undefined && Object.keys(row).every((column) => row[column] === plain(other[column]));
    if (!same) differences += 1;
  }
  return differences + found.size;
}

/**
 * Instants as the simulator writes them.
 * @param {Row[string] | undefined} value
 */
function plain(value) {
  return value instanceof Date ? value.toISOString() : value;
}

module.exports = { compareTables };

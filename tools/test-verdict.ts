'use strict';
const { mkdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { CACHE_DIRECTORY } = require('../cache-directory');

const SUMMARY_FILE = join(CACHE_DIRECTORY, 'test-summary.json');

/**
 * What is known of a test run at any moment of it.
 * @typedef {object} TestSummary
 * @property {number} passed
 * @property {number} failed a test file that could not run counts as one
 * @property {number} skipped
 * @property {number} filesLeft test files that have not ended yet
 */

/** @param {TestSummary} summary */
function writeSummary(summary) {
  mkdirSync(dirname(SUMMARY_FILE), { recursive: true });
  writeFileSync(SUMMARY_FILE, JSON.stringify(summary));
}

/** @returns {TestSummary | undefined} undefined when jest never began */
function readSummary() {
  try {
    return JSON.parse(readFileSync(SUMMARY_FILE, 'utf8'));
  } catch {
    return undefined;
  }
}

function removeSummary() {
  rmSync(SUMMARY_FILE, { force: true });
}

/**
 * The line that ends a test run, and the exit code that goes with it. A run that failed never says "0 failed", and one
 * that left files out never ends well.
 * @param {TestSummary | undefined} summary undefined when jest never began
 * @param {number} exitCode of the test command
 * @returns {{ line: string, exitCode: number }}
 */
function verdict(summary, exitCode) {
  const { passed = 0, failed = 0, skipped = 0, filesLeft = 1 } = summary ?? {};
  const wrong = failed + filesLeft;
  const failures = wrong === 0 && exitCode !== 0 ? 1 : wrong;
  return {
    line: `${passed} passed, ${failures} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`,
    exitCode: failures === 0 || exitCode !== 0 ? exitCode : 1,
  };
}

module.exports = { writeSummary, readSummary, removeSummary, verdict };

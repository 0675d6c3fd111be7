'use strict';
const { writeSummary } = require('./test-summary');

/**
 * A jest reporter that keeps the summary up to date in a file: it is right also when jest dies on its way.
 * @implements {Pick<import('@jest/reporters').Reporter, 'onRunStart' | 'onTestResult' | 'onRunComplete'>}
 */
class SummaryReporter {
  /** @param {Pick<import('@jest/test-result').AggregatedResult, 'numTotalTestSuites'>} results */
  onRunStart(results) {
    writeSummary({ passed: 0, failed: 0, skipped: 0, filesLeft: results.numTotalTestSuites });
  }

  /**
   * @param {unknown} _test
   * @param {unknown} _testResult
   * @param {import('@jest/test-result').AggregatedResult} results
   */
  onTestResult(_test, _testResult, results) {
    writeSummary(summarise(results));
  }

  /**
   * @param {unknown} _contexts
   * @param {import('@jest/test-result').AggregatedResult} results
   */
  onRunComplete(_contexts, results) {
    writeSummary({ ...summarise(results), filesLeft: 0 });
  }
}

/**
 * @param {import('@jest/test-result').AggregatedResult} results
 * @returns {import('./test-summary').TestSummary}
 */
function summarise(results) {
  const ended = results.numPassedTestSuites + results.numFailedTestSuites + results.numPendingTestSuites;
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
    skipped: results.numPendingTests + results.numTodoTests,
    filesLeft: results.numTotalTestSuites - ended,
  };
}

module.exports = SummaryReporter;

'use strict';

/** @type {import('jest').Config} */
module.exports = {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: { '\\.ts$': '@swc/jest' },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.cache/'],
  setupFiles: ['<rootDir>/test/support/jest/core-errors.ts'],
  globalSetup: '<rootDir>/test/support/jest/start-shared-servers.ts',
  globalTeardown: '<rootDir>/test/support/jest/stop-shared-servers.ts',
  // Real servers on a busy machine: a deadline for what hangs, not a measure.
  testTimeout: 300_000,
  maxWorkers: 2,
  watchman: false,
};

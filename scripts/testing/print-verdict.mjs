import { readSummary, verdict } from './test-summary.js';

/* `node print-verdict.mjs EXITCODE` after the test command: prints the last line and ends with the exit code. */

const { line, exitCode } = verdict(readSummary(), Number(process.argv[2] ?? 1));
console.log(line);
process.exitCode = exitCode;

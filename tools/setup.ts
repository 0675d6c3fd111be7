import { runSetup } from './installing/run-setup.js';
import { SetupFailure } from './installing/setup-failure.js';
import { ownSurroundings } from './installing/surroundings.js';

/*
 * `setup.mjs [demo|test]`: makes sure that everything is here which the demo, or the demo and the tests, need. Needs
 * nothing but Node; finds out in a moment when all is there.
 */

const PURPOSES = /** @type {const} */ (['demo', 'test']);
const MINIMUM_NODE = [20, 18];

function nodeIsTooOld() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = MINIMUM_NODE;
  return major < leastMajor || (major === leastMajor && minor < leastMinor);
}

const word = process.argv[2] ?? 'test';
const purpose = PURPOSES.find((known) => known === word);

if (nodeIsTooOld()) {
  console.error(`Node ${MINIMUM_NODE.join('.')} or later is needed; this is ${process.versions.node}.`);
  process.exitCode = 1;
} else if (purpose === undefined) {
  console.error(`"${word}" is unknown: say "demo" or "test" (the default, which holds what the demo needs).`);
  process.exitCode = 2;
} else {
  try {
    await runSetup(purpose, ownSurroundings());
  } catch (error) {
    if (!(error instanceof SetupFailure)) throw error;
    console.error(`\n${error.message}`);
    process.exitCode = 1;
  }
}

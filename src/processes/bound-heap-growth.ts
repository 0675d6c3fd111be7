import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** How much the heap may grow beyond what lived at its last full collection before the next one, in percent. */
const GROWTH_PERCENT = 80;

/**
 * V8 lets the heap of a process on a large machine grow by hundreds of megabytes before it looks for what is garbage,
 * and a night's collection makes much that lives for a few seconds. A worker shares its machine with others: it collects
 * sooner, which costs it a few percent of its time. The limit is set by the first full collection, so one is made here,
 * when everything is loaded and little lives. Flags of the command line would do the same, but not for whoever starts
 * `node dist/worker.js` as it is.
 */
export function boundHeapGrowth(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

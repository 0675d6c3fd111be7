import { build } from '../tools/build';
import { stopAllGuarded } from '../tools/servers/guarded-process';
import { runSetup } from '../tools/setup/run-setup';
import { collectionBench } from './collection-bench';
import { alertLatencyBench, tickBench } from './inquiry-bench';
import { progressBench } from './progress-bench';
import { createResults } from './results';
import { retentionBench } from './retention-bench';
import { takeoverBench } from './takeover-bench';

const BENCHES = {
  collection: collectionBench,
  tick: tickBench,
  alerts: alertLatencyBench,
  takeover: takeoverBench,
  progress: progressBench,
  retention: retentionBench,
};

/** `npm run bench` runs all; `npm run bench -- collection tick` only those. Returns 1 when a figure is beyond its limit. */
export async function bench(wanted: readonly string[]): Promise<number> {
  const unknown = wanted.filter((name) => !(name in BENCHES));
  if (unknown.length > 0)
    throw new Error(`No benchmark is called ${unknown.join(', ')}: ${Object.keys(BENCHES).join(', ')}`);
  await Promise.all([runSetup('demo'), build()]);
  const results = createResults((line) => process.stdout.write(`${line}\n`));
  try {
    for (const [name, run] of Object.entries(BENCHES)) {
      if (wanted.length === 0 || wanted.includes(name)) await run(results);
    }
  } finally {
    await stopAllGuarded();
  }
  return results.allWithin() ? 0 : 1;
}

import { collectionBench } from './collection-bench';
import { alertLatencyBench, tickBench } from './inquiry-bench';
import { progressBench } from './progress-bench';
import { createReport } from './report';
import { takeoverBench } from './takeover-bench';

/* `npm run bench` runs all; `npm run bench -- collection tick` those alone. Ends with 1 when a figure is beyond its limit. */

const BENCHES = {
  collection: collectionBench,
  tick: tickBench,
  alerts: alertLatencyBench,
  takeover: takeoverBench,
  progress: progressBench,
};

async function main(): Promise<void> {
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((name) => !(name in BENCHES));
  if (unknown.length > 0)
    throw new Error(`No benchmark is called ${unknown.join(', ')}: ${Object.keys(BENCHES).join(', ')}`);
  const report = createReport((line) => process.stdout.write(`${line}\n`));
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (wanted.length === 0 || wanted.includes(name)) await bench(report);
  }
  process.exitCode = report.allWithin() ? 0 : 1;
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});

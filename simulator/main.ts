import { parseArgs } from 'node:util';
import { z } from 'zod';
import { startSimulator } from './start-simulator';

const flagsSchema = z.object({
  host: z.string(),
  port: z.coerce.number().int().min(0).max(65_532),
  seed: z.string(),
  cohorts: z.coerce.number().int().min(0),
  students: z.coerce.number().int().min(0),
  'latency-ms': z.coerce.number().min(0),
  'ask-every-ms': z.coerce.number().min(10).optional(),
});

/** Runs the simulator until SIGINT or SIGTERM. Prints its addresses as one line of JSON. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      host: { type: 'string', default: '127.0.0.1' },
      port: { type: 'string', default: '8800' },
      seed: { type: 'string', default: 'openeg' },
      cohorts: { type: 'string', default: '3' },
      students: { type: 'string', default: '30' },
      'latency-ms': { type: 'string', default: '20' },
      'ask-every-ms': { type: 'string' },
    },
  });
  const flags = flagsSchema.parse(values);
  const simulator = await startSimulator({
    host: flags.host,
    port: flags.port,
    seed: flags.seed,
    cohorts: flags.cohorts,
    size: { students: flags.students },
    knobs: {
      lms: { latencyMs: flags['latency-ms'] },
      learners: { askEveryMs: flags['ask-every-ms'] ?? null },
    },
  });
  const addresses = {
    lmsUrl: simulator.lmsUrl,
    chatBaseUrl: simulator.chatBaseUrl,
    statisticsUrl: simulator.statisticsUrl,
    controlUrl: simulator.controlUrl,
    chatPageUrl: simulator.chatPageUrl,
  };
  process.stdout.write(`${JSON.stringify(addresses)}\n`);

  const stop = () => {
    simulator.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

main().catch((error: unknown) => {
  const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
  process.stderr.write(`The simulator did not start: ${reason}\n`);
  process.exit(1);
});

import { join } from 'node:path';
import { CACHE_DIRECTORY, ROOT } from './paths';
import { runCommand } from './servers/run-command';

const FOLDERS = ['src', 'web', 'simulator', 'bench', 'test', 'tools'];
const CACHED = join(CACHE_DIRECTORY, 'check');
const types = (project: string, name: string) => [
  ...['tsc', '-p', project, '--incremental', '--tsBuildInfoFile', join(CACHED, `${name}.tsbuildinfo`)],
];
const STEPS: Record<string, string[]> = {
  types: types('.', 'all'),
  'types of the pages': types('web', 'web'),
  'types of the Chat page': types('simulator/chat-page', 'chat-page'),
  'types of the browser tests': types('test/browser', 'browser'),
  lint: ['oxlint'],
  'import directions': ['depcruise', ...FOLDERS],
  format: ['prettier', '--check', '--log-level=warn', '--cache', '--cache-location', join(CACHED, 'prettier'), '.'],
  'unit tests': ['jest', 'test/unit'],
};

/** `npm run check`: everything that needs neither a database nor Temporal, side by side. */
export async function check(): Promise<number> {
  const results = await Promise.all(Object.entries(STEPS).map(([name, words]) => runStep(name, words)));
  return results.every(Boolean) ? 0 : 1;
}

/** Prints the step's output if it fails, and returns whether it succeeded. */
async function runStep(name: string, [program = '', ...words]: string[]): Promise<boolean> {
  const startedAt = Date.now();
  const failure = await runCommand(join(ROOT, 'node_modules', '.bin', program), words, { directory: ROOT }).then(
    () => undefined,
    String,
  );
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  console.log(`${failure === undefined ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`);
  if (failure !== undefined) console.log(failure);
  return failure === undefined;
}

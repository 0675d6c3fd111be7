import { createHash } from 'node:crypto';
import { chmod, cp, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { bundleSimulator } from '../simulator/bundle-simulator';
import { buildWeb, declareTracker } from './build-web';
import { CACHE_DIRECTORY, DIST, ROOT } from './paths';
import { runCommand } from './servers/run-command';
import { withLock } from './with-lock';

const STAMP = 'inputs.sha256';
const INPUTS = [
  'src',
  'web',
  'simulator',
  'tsconfig.json',
  'tsconfig.build.json',
  'package-lock.json',
  'tools/build.ts',
  'tools/build-web.ts',
];

/**
 * Makes dist/, aside and then put in place at once, if its inputs have changed:
 *   *.js                    src, compiled, with those files of src that are not TypeScript
 *   workflow-bundle.js      every workflow with its imports, so that a worker starts within a second
 *   tracker/index.js        the browser module, one file, and its types
 *   lecture-page/           the page that shows a lecture, with its scripts
 *   simulator/main.js       the simulator, one file that needs no packages
 */
export async function build(): Promise<void> {
  const onWait = () => console.log('Another build runs: waiting for it.');
  await withLock('build', { onWait }, async () => {
    const inputs = await fingerprint();
    if (inputs === (await readFile(join(DIST, STAMP), 'utf8').catch(() => ''))) return;
    console.log('Building dist/ …');
    const target = join(CACHE_DIRECTORY, 'dist.new');
    await rm(target, { recursive: true, force: true });
    await mkdir(target, { recursive: true });
    await Promise.all([
      compile(target).then(() => bundleWorkflows(target)),
      buildWeb(target).then(() => declareTracker(target)),
      bundleSimulator(join(target, 'simulator', 'main.js')),
    ]);
    await writeFile(join(target, STAMP), inputs);
    await rm(DIST, { recursive: true, force: true });
    await rename(target, DIST);
  });
}

/** The same for the same contents of everything that dist/ is made of. */
async function fingerprint(): Promise<string> {
  const hash = createHash('sha256').update(process.version);
  for (const file of (await Promise.all(INPUTS.map((input) => filesOf(join(ROOT, input))))).flat()) {
    hash.update(`${relative(ROOT, file)}\0`);
    hash.update(await readFile(file)).update('\0');
  }
  return hash.digest('hex');
}

/** @param path a file or a folder */
async function filesOf(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) return [path];
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath, entry.name)).sort();
}

function tsc(...words: string[]): Promise<string> {
  return runCommand(join(ROOT, 'node_modules', '.bin', 'tsc'), words, { directory: ROOT });
}

async function compile(target: string): Promise<void> {
  await tsc('-p', 'tsconfig.build.json', '--outDir', target);
  const source = join(ROOT, 'src');
  for (const file of await filesOf(source)) {
    if (!file.endsWith('.ts')) await cp(file, join(target, relative(source, file)));
  }
  await chmod(join(target, 'client.js'), 0o755);
}

async function bundleWorkflows(target: string): Promise<void> {
  const { bundleWorkflowCode, DefaultLogger } = await import('@temporalio/worker');
  const entry = await writeLazyEntry(join(target, 'workflows'));
  const { code } = await bundleWorkflowCode({
    workflowsPath: entry,
    logger: new DefaultLogger('WARN'),
    // Every worker keeps the source map in memory, for stack traces. Source texts are two thirds of it, and unnecessary.
    webpackConfigHook: (config) => ({ ...config, devtool: 'inline-nosources-source-map' }),
  });
  await rm(entry);
  await writeFile(join(target, 'workflow-bundle.js'), code);
}

/**
 * Each run of a workflow evaluates the modules that its entry imports, which takes longer than most of its other work.
 * This entry imports only the module of the type that runs.
 */
async function writeLazyEntry(folder: string): Promise<string> {
  const index = require.resolve(join(folder, 'index.js'));
  const workflows = require(index) as Record<string, unknown>;
  const modules = require.cache[index]!.children;
  const getters = Object.entries(workflows).map(([name, workflow]) => {
    const path = modules.find(({ exports }) => (exports as typeof workflows)[name] === workflow)!.filename;
    return `Object.defineProperty(exports, '${name}', { get: () => require('${path}').${name} });`;
  });
  const entry = join(folder, 'lazy-entry.js');
  await writeFile(entry, `${getters.join('\n')}\n`);
  return entry;
}

import { createHash } from 'node:crypto';
import { chmod, cp, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { CACHE_DIRECTORY } from './cache-directory.js';
import { runCommand } from './running/run-command.js';
import { withLock } from './running/with-lock.js';

/*
 * Makes dist/:
 *   *.js                    src, compiled, with the files of src that are no TypeScript beside it
 *   workflow-bundle.js      every workflow with what it imports, so that a worker starts within a second
 *   tracker/index.js        the browser module, one file, and its types
 *   lecture-page/           the page that shows a lecture, with its scripts
 *   simulator/main.js       the simulator, one file that needs no packages
 * Nothing is done when nothing changed. The whole is made aside and put in place at once.
 */

const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');
const STAMP = 'inputs.sha256';
const INPUTS = [
  'src',
  'web',
  'simulator',
  'tsconfig.json',
  'tsconfig.build.json',
  'package-lock.json',
  'scripts/build.mjs',
  'scripts/build-tracker.js',
];

/** @returns {Promise<string>} the same for the same contents of everything that goes into dist/ */
async function fingerprint() {
  const hash = createHash('sha256').update(process.version);
  for (const input of INPUTS) {
    for (const file of await filesOf(join(ROOT, input))) {
      hash
        .update(`${relative(ROOT, file)}\0`)
        .update(await readFile(file))
        .update('\0');
    }
  }
  return hash.digest('hex');
}

/**
 * @param {string} path a file or a folder
 * @returns {Promise<string[]>}
 */
async function filesOf(path) {
  try {
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOTDIR') return [path];
    throw error;
  }
}

/** @param {string} target */
async function compile(target) {
  const compiler = join(ROOT, 'node_modules', '.bin', 'tsc');
  await runCommand(compiler, ['-p', 'tsconfig.build.json', '--outDir', target], { directory: ROOT, visible: true });
  const source = join(ROOT, 'src');
  for (const file of await filesOf(source)) {
    if (!file.endsWith('.ts')) await cp(file, join(target, relative(source, file)));
  }
}

/** @param {string} target */
async function bundleWorkflows(target) {
  const { bundleWorkflowCode, DefaultLogger } = await import('@temporalio/worker');
  const { code } = await bundleWorkflowCode({
    workflowsPath: await writeLazyEntry(join(target, 'workflows')),
    logger: new DefaultLogger('WARN'),
    // Every worker keeps the map in memory, for stack traces. They need no source texts, which make up two thirds of it.
    webpackConfigHook: (config) => ({ ...config, devtool: 'inline-nosources-source-map' }),
  });
  await writeFile(join(target, 'workflow-bundle.js'), code);
}

/**
 * Every run of a workflow evaluates the modules that it imports anew, which takes longer than most of what it then does.
 * With this entry it imports those of its own type alone.
 * @param {string} folder of the compiled workflows
 * @returns {Promise<string>} the entry's path
 */
async function writeLazyEntry(folder) {
  const index = await readFile(join(ROOT, 'src', 'workflows', 'index.ts'), 'utf8');
  const types = [...index.matchAll(/^export \{ (\w+) \} from '(.+)';$/gm)];
  if (types.length !== index.match(/^export /gm)?.length) {
    throw new Error("src/workflows/index.ts may hold lines like export { name } from './file'; alone.");
  }
  const getters = types.map(
    ([, name, path]) => `Object.defineProperty(exports, '${name}', { get: () => require('${path}').${name} });`,
  );
  const entry = join(folder, 'lazy-entry.js');
  await writeFile(entry, `${getters.join('\n')}\n`);
  return entry;
}

/** @param {string} target */
async function bundleTracker(target) {
  const { buildTracker } = await import('./build-tracker.js');
  await buildTracker(target);
  const types = ['--declaration', '--emitDeclarationOnly', '--noEmit', 'false', '--rootDir', ROOT];
  const aside = join(target, 'tracker', 'types');
  const compiler = join(ROOT, 'node_modules', '.bin', 'tsc');
  await runCommand(compiler, ['-p', 'web', ...types, '--outDir', aside], { directory: ROOT, visible: true });
  await writeFile(join(target, 'tracker', 'index.d.ts'), "export * from './types/web/tracker/index';\n");
}

/** @param {string} target */
async function bundleSimulator(target) {
  const { build } = await import('esbuild');
  await build({
    entryPoints: [join(ROOT, 'simulator', 'main.ts')],
    outfile: join(target, 'simulator', 'main.js'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
  });
}

/** @returns {Promise<void>} */
async function buildDist() {
  const inputs = await fingerprint();
  const built = await readFile(join(DIST, STAMP), 'utf8').catch(() => '');
  if (built === inputs) return;
  console.log('Building dist/ …');
  const target = join(CACHE_DIRECTORY, 'dist.new');
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  await compile(target);
  await chmod(join(target, 'client.js'), 0o755);
  await Promise.all([bundleWorkflows(target), bundleTracker(target), bundleSimulator(target)]);
  await writeFile(join(target, STAMP), inputs);
  await rm(DIST, { recursive: true, force: true });
  await rename(target, DIST);
}

try {
  await withLock(join(CACHE_DIRECTORY, 'build.lock'), {
    onWait: (holder) => console.log(`Another build (process ${holder}) runs: waiting for it.`),
    work: buildDist,
  });
} catch (error) {
  console.error(`The build failed. ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

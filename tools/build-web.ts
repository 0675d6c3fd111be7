import { build, type Plugin } from 'esbuild';
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths';
import { runCommand } from './servers/run-command';

/** Pages may rely on browsers of the last three years. */
const TARGET = ['chrome111', 'edge111', 'firefox114', 'safari16.4'];
const PAGE = join(ROOT, 'web/lecture-page');

/** The page imports the built module, like any other site, and does not bundle its sources. */
const trackerIsExternal: Plugin = {
  name: 'tracker-is-external',
  setup(plugin) {
    plugin.onResolve({ filter: /^\.\.\/tracker\/index$/ }, () => ({ path: './tracker.js', external: true }));
  },
};

function bundle(entry: string, outfile: string, plugins: Plugin[] = []): Promise<unknown> {
  return build({
    entryPoints: [join(ROOT, entry)],
    outfile,
    plugins,
    bundle: true,
    minify: true,
    format: 'esm',
    target: TARGET,
    charset: 'utf8',
    logLevel: 'warning',
  });
}

/** Builds the files for browsers: the module for any site, and the page's assets. */
export async function buildWeb(outDirectory: string): Promise<void> {
  const tracker = join(outDirectory, 'tracker/index.js');
  const page = join(outDirectory, 'lecture-page');
  mkdirSync(page, { recursive: true });
  await bundle('web/tracker/index.ts', tracker);
  await bundle('web/lecture-page/watch.ts', join(page, 'watch.js'), [trackerIsExternal]);
  await bundle('web/lecture-page/start.ts', join(page, 'start.js'));
  copyFileSync(tracker, join(page, 'tracker.js'));
  for (const name of readdirSync(PAGE)) {
    if (!name.endsWith('.ts')) copyFileSync(join(PAGE, name), join(page, name));
  }
}

/** Writes the types of the module that `buildWeb` made, and of nothing else of web/. */
export async function declareTracker(outDirectory: string): Promise<void> {
  const tracker = join(outDirectory, 'tracker');
  const tsc = join(ROOT, 'node_modules/.bin/tsc');
  await runCommand(tsc, ['-p', 'web/tracker', '--outDir', join(tracker, 'types')], { directory: ROOT });
  writeFileSync(join(tracker, 'index.d.ts'), "export * from './types/web/tracker/index';\n");
}

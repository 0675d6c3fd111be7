'use strict';

const { copyFileSync, mkdirSync, readdirSync } = require('node:fs');
const { join } = require('node:path');
const { build } = require('esbuild');

const root = join(__dirname, '..');
const assets = join(root, 'web/lecture-page');

/** What pages may rely on: browsers of the last three years. */
const TARGET = ['chrome111', 'edge111', 'firefox114', 'safari16.4'];

/** The page imports the one built file, as any other site does, instead of bundling its sources. */
const trackerIsBuilt = {
  name: 'tracker-is-built',
  /** @param {import('esbuild').PluginBuild} plugin */
  setup(plugin) {
    plugin.onResolve({ filter: /^\.\.\/tracker\/index$/ }, () => ({ path: './tracker.js', external: true }));
  },
};

/** @param {string} entry @param {string} outfile @param {import('esbuild').Plugin[]} plugins */
function bundle(entry, outfile, plugins = []) {
  return build({
    entryPoints: [join(root, entry)],
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

/**
 * Makes of the sources what browsers load: the module that any site may use, and the page's assets.
 * @param {string} outDirectory
 */
async function buildTracker(outDirectory) {
  const tracker = join(outDirectory, 'tracker/index.js');
  const page = join(outDirectory, 'lecture-page');
  mkdirSync(page, { recursive: true });
  await bundle('web/tracker/index.ts', tracker);
  await bundle('web/lecture-page/watch.ts', join(page, 'watch.js'), [trackerIsBuilt]);
  await bundle('web/lecture-page/start.ts', join(page, 'start.js'));
  copyFileSync(tracker, join(page, 'tracker.js'));
  for (const name of readdirSync(assets)) {
    if (!name.endsWith('.ts')) copyFileSync(join(assets, name), join(page, name));
  }
}

module.exports = { buildTracker };

'use strict';
const { mkdir, rename, rm } = require('node:fs/promises');
const { join } = require('node:path');

/**
 * Fills a directory of the cache aside and puts it in place when it is whole: an interrupted run leaves nothing that
 * looks finished, and the next one begins anew.
 * @param {string} cacheDirectory
 * @param {string} name
 * @param {(unfinished: string) => Promise<void>} fill
 */
async function placeDirectory(cacheDirectory, name, fill) {
  const unfinished = join(cacheDirectory, `${name}.unfinished`);
  await rm(unfinished, { recursive: true, force: true });
  try {
    await mkdir(unfinished, { recursive: true });
    await fill(unfinished);
    await rm(join(cacheDirectory, name), { recursive: true, force: true });
    await rename(unfinished, join(cacheDirectory, name));
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

module.exports = { placeDirectory };

'use strict';
const { join } = require('node:path');
const { CACHE_DIRECTORY } = require('../cache-directory');

/**
 * Everything outside the setup that it looks at or changes; tests hand in others.
 * @typedef {object} Surroundings
 * @property {NodeJS.ProcessEnv} environment
 * @property {string} projectDirectory
 * @property {string} cacheDirectory
 * @property {boolean} isRoot
 * @property {readonly string[]} [serverDirectories] where servers lie that are not on PATH; default: the usual ones
 * @property {(line: string) => void} say
 */

/** @returns {Surroundings} of this process */
function ownSurroundings() {
  return {
    environment: process.env,
    projectDirectory: join(__dirname, '..', '..'),
    cacheDirectory: CACHE_DIRECTORY,
    isRoot: process.getuid?.() === 0,
    say: (line) => console.log(line),
  };
}

module.exports = { ownSurroundings };

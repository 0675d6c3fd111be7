'use strict';
const { join } = require('node:path');

/** Downloaded programs, private databases and run-time files: git-ignored, and safe to remove while nothing runs. */
const CACHE_DIRECTORY = join(__dirname, '..', '.cache');

module.exports = { CACHE_DIRECTORY };

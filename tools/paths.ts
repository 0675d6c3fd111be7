import { join } from 'node:path';

export const ROOT = join(__dirname, '..');
export const DIST = join(ROOT, 'dist');
/** Downloaded programs, private databases and run-time files: git-ignored, and safe to remove while nothing runs. */
export const CACHE_DIRECTORY = join(ROOT, '.cache');

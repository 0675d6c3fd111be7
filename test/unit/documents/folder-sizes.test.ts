import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

const ROOT = join(__dirname, '../../..');
const MAX_FILES = 12;
/** Grows with each release by its nature. */
const EXCEPTIONS = ['src/adapters/database/migrations'];

/** The number of files directly in each folder. */
function folderSizes(folder: string): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const entry of readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const parent = relative(ROOT, entry.parentPath);
    sizes.set(parent, (sizes.get(parent) ?? 0) + 1);
  }
  return sizes;
}

it.each(['src', 'web', 'simulator', 'tools'])(`a folder of %s holds at most ${MAX_FILES} files`, (folder) => {
  const tooLarge = [...folderSizes(folder)].filter(([path, size]) => size > MAX_FILES && !EXCEPTIONS.includes(path));
  expect(tooLarge).toEqual([]);
});

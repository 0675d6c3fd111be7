import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Fills a directory of the cache aside, and renames it when it is whole: an interrupted run leaves nothing that looks
 * finished, and the next one starts again.
 */
export async function placeDirectory(
  cacheDirectory: string,
  name: string,
  fill: (unfinished: string) => Promise<void>,
): Promise<void> {
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

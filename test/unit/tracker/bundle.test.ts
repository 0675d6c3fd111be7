import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildWeb } from '../../../tools/build-web';
import { temporaryDirectory } from '../../support/test-run';

describe('The built tracker', () => {
  test('is one file of at most 10 kB compressed, without imports', async () => {
    const directory = temporaryDirectory('tracker');
    await buildWeb(directory);
    const built = readFileSync(join(directory, 'tracker/index.js'));
    expect(gzipSync(built).length).toBeLessThanOrEqual(10_240);
    expect(gzipSync(built).length).toBeGreaterThan(1_000);
    expect(built.toString()).not.toMatch(/\bimport\b[^(]*?from|\brequire\(/);
  });
});

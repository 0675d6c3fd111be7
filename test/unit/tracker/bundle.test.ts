import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildWeb, declareTracker } from '../../../tools/build-web';
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

  test('has the types of the tracker and of the rules that it bundles alone', async () => {
    const directory = temporaryDirectory('tracker-types');
    await declareTracker(directory);
    const types = readdirSync(join(directory, 'tracker/types'), { recursive: true, encoding: 'utf8' });
    const declared = types.filter((file) => file.endsWith('.d.ts'));
    expect(declared).toContain('web/tracker/index.d.ts');
    expect(declared.filter((file) => !/^(web\/tracker|src\/domain)\//.test(file))).toEqual([]);
    expect(readFileSync(join(directory, 'tracker/index.d.ts'), 'utf8')).toContain("'./types/web/tracker/index'");
  });
});

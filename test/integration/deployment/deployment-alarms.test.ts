import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWith, runTool } from '../../support/deployment-tools/describe-with';
import { temporaryDirectory } from '../../support/test-run';

const PROMETHEUS = join(__dirname, '../../../deploy/prometheus');

describeWith(['promtool'], 'Prometheus takes', () => {
  it.each([
    ['the alarm rules', ['check', 'rules', '--lint-fatal', 'rules.yaml']],
    ['its configuration', ['check', 'config', '--lint-fatal', 'prometheus.yml']],
  ])('%s', async (_, parameters) => {
    const { code, output } = await runTool('promtool', parameters, { directory: PROMETHEUS });
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('SUCCESS') });
  });

  it('the alarms as they are told to ring', async () => {
    const { code, output } = await runTool('promtool', ['test', 'rules', 'rules.test.yaml'], { directory: PROMETHEUS });
    expect({ code, output }).toEqual({ code: 0, output: expect.not.stringContaining('FAILED') });
  });

  it('no rule that rings at another time', async () => {
    const directory = temporaryDirectory('rules');
    cpSync(PROMETHEUS, directory, { recursive: true });
    const rules = readFileSync(join(directory, 'rules.yaml'), 'utf8');
    writeFileSync(join(directory, 'rules.yaml'), rules.replace(' > 900', ' > 90'));
    const { code } = await runTool('promtool', ['test', 'rules', 'rules.test.yaml'], { directory });
    expect(code).not.toBe(0);
  });
});

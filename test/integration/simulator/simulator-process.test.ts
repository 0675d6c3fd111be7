import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { bundleSimulator } from '../../../simulator/bundle-simulator';
import { temporaryDirectory } from '../../support/test-run';

const program = join(temporaryDirectory('simulator'), 'main.js');

beforeAll(() => bundleSimulator(program));

test('the process prints its addresses, serves, and ends on SIGTERM', async () => {
  const child = spawn(process.execPath, [program, '--port', '0', '--cohorts', '2', '--students', '4'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const addresses = JSON.parse(line) as Record<'lmsUrl' | 'controlUrl' | 'chatPageUrl', string>;
    const cohorts = (await (await fetch(`${addresses.controlUrl}/control/cohorts`)).json()) as { skId: string }[];
    expect(cohorts.map((cohort) => cohort.skId)).toEqual(['SK001', 'SK002']);
    expect((await fetch(`${addresses.lmsUrl}/api/v1/cohorts/SK001/students`)).status).toBe(401);
    expect(await (await fetch(addresses.chatPageUrl)).text()).toContain('Google Chat');
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  } finally {
    child.kill('SIGKILL');
  }
});

test.each([[['--port', 'many']], [['--unknown']]])('%j is refused with a reason', async (flags) => {
  const child = spawn(process.execPath, [program, ...flags], { stdio: ['ignore', 'ignore', 'pipe'] });
  const errors: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(1);
  expect(errors.join('')).toContain('The simulator did not start');
});

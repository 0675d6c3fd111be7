import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { collectionDateFor } from '../../src/domain/shared/learning-date';
import { demoLink } from './demo-link';
import { followEvents } from './follow-events';
import type { DemoSystem } from './start-demo-system';

const ASK_EVERY_MS = 12_000;
const MODERATION_MS = 6_000;
const LINK_LIFETIME_MS = 24 * 60 * 60 * 1000;

/** Prints the addresses, lets learners ask, collects yesterday, and prints events until `until` is aborted. */
export async function runLive(
  system: DemoSystem,
  { directory, say, until }: { directory: string; say: (line: string) => void; until: AbortSignal },
): Promise<void> {
  const environmentFile = join(directory, 'environment');
  await writeFile(environmentFile, shellAssignments(system.variables), { mode: 0o600 });
  say(`\n${await describeAddresses(system, environmentFile)}\n`);

  const timed = (line: string) => say(`${new Date().toTimeString().slice(0, 8)}  ${line}`);
  await system.simulator.setKnobs({ learners: { askEveryMs: ASK_EVERY_MS, moderationMs: MODERATION_MS } });
  for (const { skId } of await system.simulator.cohorts()) await system.simulator.addInquiries(skId, {});
  const collecting = system.openeg('collect', '--date', collectionDateFor(new Date())).then(({ code, stderr }) => {
    if (code !== 0 && !until.aborted) timed(`The collection failed: ${stderr}`);
  });
  await Promise.all([followEvents(system, timed, until), Promise.race([collecting, once(until, 'abort')])]);
}

async function describeAddresses(system: DemoSystem, environmentFile: string): Promise<string> {
  const { urls, variables, simulator } = system;
  const [cohort] = await simulator.cohorts();
  const lecture = demoLink({
    baseUrl: urls.http,
    jwtSecret: variables.OPENEG_PROGRESS_JWT_SECRET!,
    projectNo: cohort!.skId,
    memberNo: 'demo-learner',
    expiresAt: new Date(Date.now() + LINK_LIFETIME_MS),
  });
  return [
    'The system runs; Ctrl-C ends it.',
    `  Temporal's Web UI        ${urls.ui ?? 'the one of the given server, namespace openeg-demo'}`,
    `  Google Chat (simulated)  ${simulator.chatPageUrl}`,
    `  A lecture to complete    ${lecture}`,
    `  The progress API         ${urls.http}/api/docs`,
    `  Metrics of the worker    ${urls.metrics}`,
    `  The CLI, in this folder  set -a; . ${environmentFile}; npx openeg status`,
  ].join('\n');
}

function shellAssignments(variables: Record<string, string>): string {
  const quoted = (value: string) => `'${value.replaceAll("'", String.raw`'\''`)}'`;
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${quoted(value)}\n`)
    .join('');
}

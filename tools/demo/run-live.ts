import { once } from 'node:events';
import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { demoLink } from './demo-link.js';
import { followEvents } from './follow-events.mjs';
import { yesterday } from './yesterday.mjs';

const ASK_EVERY_MS = 12_000;
const MODERATION_MS = 6_000;
const LINK_LIFETIME_MS = 24 * 60 * 60 * 1000;

/**
 * Prints the addresses, lets learners ask, collects yesterday, and says what happens until it is told to end.
 * @param {import('./start-demo-system.mjs').DemoSystem} system
 * @param {object} options
 * @param {string} options.directory of the demo's files
 * @param {(line: string) => void} options.say
 * @param {AbortSignal} options.until
 */
export async function runLive(system, { directory, say, until }) {
  const environmentFile = join(directory, 'environment');
  await writeFile(environmentFile, shellAssignments(system.variables), { mode: 0o600 });
  say(`\n${await describeAddresses(system, environmentFile)}\n`);

  const timed = (/** @type {string} */ line) => say(`${new Date().toTimeString().slice(0, 8)}  ${line}`);
  await system.simulator.setKnobs({ learners: { askEveryMs: ASK_EVERY_MS, moderationMs: MODERATION_MS } });
  for (const { skId } of await system.simulator.cohorts()) await system.simulator.ask(skId, 0);
  const collecting = system.openeg('collect', '--date', yesterday()).then(({ code, output }) => {
    if (code !== 0 && !until.aborted) timed(`The collection failed: ${output}`);
  });
  await Promise.all([followEvents(system, timed, until), Promise.race([collecting, once(until, 'abort')])]);
}

/**
 * @param {import('./start-demo-system.mjs').DemoSystem} system
 * @param {string} environmentFile
 */
async function describeAddresses({ urls, variables, simulator }, environmentFile) {
  const [cohort] = await simulator.cohorts();
  const lecture = demoLink({
    baseUrl: urls.http,
    jwtSecret: variables.OPENEG_PROGRESS_JWT_SECRET ?? '',
    projectNo: cohort?.skId ?? '',
    memberNo: 'demo-learner',
    expiresAt: new Date(Date.now() + LINK_LIFETIME_MS),
  });
  const lines = [
    'The system runs; Ctrl-C ends it.',
    `  Temporal's Web UI        ${urls.ui ?? 'the one of the given server, namespace openeg-demo'}`,
    `  Google Chat (simulated)  ${urls.chat}`,
    `  A lecture to complete    ${lecture}`,
    `  The progress API         ${urls.http}/api`,
    `  Metrics of the worker    ${urls.metrics}`,
    `  The CLI, in this folder  set -a; . ${environmentFile}; npx openeg status`,
  ];
  return lines.join('\n');
}

/** @param {Record<string, string>} variables */
function shellAssignments(variables) {
  const quoted = (/** @type {string} */ value) => `'${value.replaceAll("'", String.raw`'\''`)}'`;
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${quoted(value)}\n`)
    .join('');
}

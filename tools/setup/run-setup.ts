import { withLock } from '../with-lock';
import { SetupFailure, reasonOf } from './setup-failure';
import { PURPOSES, setupSteps, type Purpose, type SetupStep } from './setup-steps';
import { ownSurroundings, type Surroundings } from './surroundings';

const STILL_EVERY_MS = 10_000;

/** `npm run setup [-- demo|test]`: installs the missing programs of the demo, or of the demo and the tests. */
export async function setup([word = 'test']: readonly string[]): Promise<number> {
  const purpose = PURPOSES.find((known) => known === word);
  if (purpose === undefined) {
    console.error(`"${word}" is unknown: say "demo" or "test" (the default, which includes the demo's programs).`);
    return 2;
  }
  await runSetup(purpose);
  return 0;
}

/**
 * Installs what is missing. Of two setups at once, the second waits for the first.
 * @throws SetupFailure that names everything that can't be installed
 */
export async function runSetup(purpose: Purpose, surroundings: Surroundings = ownSurroundings()): Promise<void> {
  const { cacheDirectory, say } = surroundings;
  const onWait = () => say('Another setup runs: waiting for it.');
  const failures = await withLock('setup', { cacheDirectory, onWait }, () =>
    Promise.all(setupSteps(purpose, surroundings).map((step) => runStep(step, say))),
  ).catch((error: unknown) => [`The setup can't continue: ${reasonOf(error)}.`]);
  const sentences = failures.filter((failure) => failure !== undefined);
  if (sentences.length > 0) throw new SetupFailure(sentences.join('\n'));
}

/** Returns why something could not be installed, if it is necessary. */
async function runStep(step: SetupStep, say: Surroundings['say']): Promise<string | undefined> {
  const found = step.found();
  if (found !== undefined) {
    say(`${step.name}: ${found}`);
    return undefined;
  }
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  say(`${step.name}: installing …`);
  const still = setInterval(() => say(`${step.name}: still installing (${seconds()} s)`), STILL_EVERY_MS);
  try {
    await step.install();
    if (step.found() === undefined) throw new SetupFailure(`${step.name} was installed, but can't be found.`);
    say(`${step.name}: installed (${seconds()} s)`);
    return undefined;
  } catch (error) {
    const sentence = error instanceof SetupFailure ? error.message : `${step.name}: ${reasonOf(error)}.`;
    if (step.without !== undefined) say(`${step.name}: ${sentence}\n    ${step.without}`);
    return step.without === undefined ? sentence : undefined;
  } finally {
    clearInterval(still);
  }
}

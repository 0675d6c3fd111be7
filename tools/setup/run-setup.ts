'use strict';
const { join } = require('node:path');
const { withLock } = require('../running/with-lock');
const { SetupFailure, reasonOf } = require('./setup-failure');
const { setupSteps } = require('./setup-steps');

const STILL_EVERY_MS = 10_000;

/**
 * Installs what is missing and says what it does. Run twice at once, the second waits for the first.
 * @param {import('./setup-steps').Purpose} purpose
 * @param {import('./surroundings').Surroundings} surroundings
 * @throws {SetupFailure} that names everything that could not be had
 */
async function runSetup(purpose, surroundings) {
  const { cacheDirectory, say } = surroundings;
  try {
    await withLock(join(cacheDirectory, 'setup.lock'), {
      onWait: (holder) => say(`Another setup (process ${holder}) runs: waiting for it.`),
      work: () => install(purpose, surroundings),
    });
  } catch (error) {
    throw error instanceof SetupFailure ? error : new SetupFailure(`The setup can't go on: ${reasonOf(error)}.`);
  }
}

/**
 * Packages and programs come from different places: they are fetched beside each other, the programs in turn, for apt
 * bears one at a time.
 * @param {import('./setup-steps').Purpose} purpose
 * @param {import('./surroundings').Surroundings} surroundings
 */
async function install(purpose, surroundings) {
  const { packages, programs } = setupSteps(purpose, surroundings);
  const total = programs.length + 1;
  /** @type {string[]} */
  const failures = [];
  const note = (/** @type {string | undefined} */ failure) => failure !== undefined && failures.push(failure);
  await Promise.all([
    runStep(packages, `[1/${total}]`, surroundings).then(note),
    (async () => {
      for (const [index, step] of programs.entries()) {
        note(await runStep(step, `[${index + 2}/${total}]`, surroundings));
      }
    })(),
  ]);
  if (failures.length > 0) throw new SetupFailure(failures.join('\n'));
}

/**
 * @param {import('./setup-steps').SetupStep} step
 * @param {string} position
 * @param {import('./surroundings').Surroundings} surroundings
 * @returns {Promise<string | undefined>} why it could not be had, if it must be there
 */
async function runStep(step, position, { say }) {
  const found = await step.found();
  if (found !== undefined) {
    say(`${position} ${step.name}: ${found}`);
    return undefined;
  }
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  say(`${position} ${step.name}: installing …`);
  const still = setInterval(() => say(`${position} ${step.name}: still installing (${seconds()} s)`), STILL_EVERY_MS);
  try {
    await step.install();
    if ((await step.found()) === undefined) {
      throw new SetupFailure(
        `${step.name}: was installed, but is not where it should be. Look at what was said above.`,
      );
    }
    say(`${position} ${step.name}: installed (${seconds()} s)`);
    return undefined;
  } catch (error) {
    const sentence = error instanceof SetupFailure ? error.message : `${step.name}: ${reasonOf(error)}.`;
    if (step.without === undefined) {
      say(`${position} ${step.name}: failed (${seconds()} s)`);
      return sentence;
    }
    say(`${position} ${step.name}: ${sentence}\n    ${step.without}`);
    return undefined;
  } finally {
    clearInterval(still);
  }
}

module.exports = { runSetup };

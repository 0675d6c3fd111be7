'use strict';
const { startGuarded } = require('../private-servers/guarded-process');

const KEPT_CHARACTERS = 4_000;

/** A program that ended with something else than 0, or did not start. */
class CommandFailure extends Error {
  /**
   * @param {string} command
   * @param {string} reason
   * @param {string} output the end of what it wrote
   */
  constructor(command, reason, output) {
    super(`${command} ${reason}${output === '' ? '' : `: ${output}`}`);
    this.output = output;
  }
}

/**
 * Runs a program to its end, with no input. It ends when this process does.
 * @param {string} command
 * @param {readonly string[]} parameters
 * @param {object} [options]
 * @param {string} [options.directory]
 * @param {NodeJS.ProcessEnv} [options.environment]
 * @param {boolean} [options.visible] passes what it writes on
 * @throws {CommandFailure}
 */
async function runCommand(command, parameters, { directory, environment, visible = false } = {}) {
  let output = '';
  const running = startGuarded({
    command,
    parameters,
    onLine(line, stream) {
      output = `${output}${line}\n`.slice(-KEPT_CHARACTERS);
      if (visible) process[stream].write(`${line}\n`);
    },
    ...(environment === undefined ? {} : { environment }),
    ...(directory === undefined ? {} : { directory }),
  });
  const code = await running.exited;
  if (code === 0) return;
  const reason = code === null ? 'was ended by a signal' : `ended with ${code}`;
  throw new CommandFailure(command, reason, visible ? '' : output.trim());
}

module.exports = { runCommand, CommandFailure };

'use strict';
const { spawn } = require('node:child_process');

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
 * Runs a program to its end, with no input.
 * @param {string} command
 * @param {readonly string[]} parameters
 * @param {object} [options]
 * @param {string} [options.directory]
 * @param {NodeJS.ProcessEnv} [options.environment]
 * @param {boolean} [options.visible] passes what it writes on to the terminal instead of keeping it
 * @returns {Promise<string>} what it wrote to stdout, empty when visible
 * @throws {CommandFailure}
 */
function runCommand(command, parameters, { directory, environment, visible = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, parameters, {
      stdio: ['ignore', visible ? 'inherit' : 'pipe', visible ? 'inherit' : 'pipe'],
      ...(directory === undefined ? {} : { cwd: directory }),
      ...(environment === undefined ? {} : { env: environment }),
    });
    let stdout = '';
    let everything = '';
    child.stdout?.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      stdout += text;
      everything = (everything + text).slice(-KEPT_CHARACTERS);
    });
    child.stderr?.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      everything = (everything + text).slice(-KEPT_CHARACTERS);
    });
    child.once('error', (error) => reject(new CommandFailure(command, 'could not be started', error.message)));
    child.once('close', (code, signal) => {
      if (code === 0) resolve(stdout);
      else reject(new CommandFailure(command, `ended with ${signal ?? code}`, everything.trim()));
    });
  });
}

module.exports = { runCommand, CommandFailure };

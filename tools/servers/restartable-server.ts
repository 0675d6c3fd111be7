'use strict';

/**
 * A server that a person, or a test, may end and bring back at the same address.
 * @typedef {object} RestartableServer
 * @property {() => Promise<void>} restart ends it cleanly if it runs, then starts it
 * @property {() => Promise<void>} kill SIGKILL, as a crash does it; `restart` brings it back
 * @property {(signal: NodeJS.Signals) => void} signal
 * @property {() => Promise<void>} stop
 */

/**
 * @param {import('./guarded-process').GuardedProcess} first
 * @param {() => Promise<import('./guarded-process').GuardedProcess>} startAgain
 * @returns {RestartableServer}
 */
function restartableServer(first, startAgain) {
  let server = first;
  return {
    async restart() {
      await server.stop();
      server = await startAgain();
    },
    async kill() {
      server.signal('SIGKILL');
      await server.exited;
    },
    signal: (signal) => server.signal(signal),
    async stop() {
      await server.stop();
    },
  };
}

module.exports = { restartableServer };

'use strict';
const { connect, createServer } = require('node:net');

const PROBE_PAUSE_MS = 50;
const START_ATTEMPTS = 3;

/**
 * A port on 127.0.0.1 that nobody listens on: the wanted one if it is free, else one of the system's choice.
 * @param {number} [wanted]
 * @returns {Promise<number>}
 */
function freePort(wanted = 0) {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => (wanted === 0 ? reject(error) : resolve(freePort())));
    server.listen(wanted, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}

/**
 * Whether something accepts connections there.
 * @param {string} host
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function isListening(host, port) {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const answer = (/** @type {boolean} */ listening) => {
      socket.destroy();
      resolve(listening);
    };
    socket.setTimeout(1000, () => answer(false));
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}

/**
 * Waits until a just started server accepts connections.
 * @param {object} options
 * @param {string} options.name of the server, for the error
 * @param {number} options.port on 127.0.0.1
 * @param {import('./guarded-process').GuardedProcess} options.server
 * @param {number} options.deadlineMs
 * @throws {Error} when the server ends or the deadline passes first; the server's last output is in the message
 */
async function waitForPort({ name, port, server, deadlineMs }) {
  const giveUpAt = Date.now() + deadlineMs;
  while (!(await isListening('127.0.0.1', port))) {
    if (!server.running()) throw new Error(`${name} ended while it started. ${server.lastOutput()}`);
    if (Date.now() > giveUpAt) {
      await server.stop();
      throw new Error(`${name} did not open port ${port} within ${deadlineMs / 1000} s. ${server.lastOutput()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, PROBE_PAUSE_MS));
  }
}

/**
 * Starts a server on a port that is free now. Somebody else may take it in the moment before the server does: then it
 * is tried with another one, unless the caller wants exactly this port.
 * @template Server
 * @param {number | undefined} wanted
 * @param {(port: number) => Promise<Server>} start
 * @returns {Promise<{ port: number, server: Server }>}
 */
async function startOnFreePort(wanted, start) {
  for (let attempt = 1; ; attempt += 1) {
    const port = wanted ?? (await freePort());
    try {
      return { port, server: await start(port) };
    } catch (error) {
      if (wanted !== undefined || attempt === START_ATTEMPTS) throw error;
    }
  }
}

module.exports = { freePort, isListening, waitForPort, startOnFreePort };

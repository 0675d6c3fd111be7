'use strict';
const { execFile } = require('node:child_process');
const { randomBytes } = require('node:crypto');
const { mkdir, rename, rm, stat, writeFile } = require('node:fs/promises');
const { join, resolve } = require('node:path');
const { promisify } = require('node:util');
const { startGuarded } = require('./guarded-process');
const { locateDatabase } = require('./locate-programs');
const { startOnFreePort, waitForPort } = require('./ports');
const { restartableServer } = require('./restartable-server');

const run = promisify(execFile);
const START_DEADLINE_MS = 60_000;
const USER = 'openeg';

/**
 * A private database server: own data, socket and port, never the system's service.
 * @typedef {object} DatabaseAccount
 * @property {string} host
 * @property {number} port stays the same over restarts
 * @property {string} user may do everything
 * @property {string} password
 *
 * @typedef {DatabaseAccount & import('./restartable-server').RestartableServer} PrivateDatabase
 */

/**
 * Starts MariaDB or MySQL on 127.0.0.1 and lays out the data directory first if it is empty.
 * @param {object} options
 * @param {string} options.dataDirectory belongs to this server alone
 * @param {number} [options.port] default: a free one
 * @param {import('./locate-programs').DatabaseProgram} [options.program] default: what this machine has
 * @returns {Promise<PrivateDatabase>}
 * @throws {Error} when there is no database server on this machine, or it does not start
 */
async function startDatabase({ dataDirectory, port: wantedPort, program = locateDatabase() }) {
  if (program === undefined) throw new Error('There is no MariaDB or MySQL on this machine: npm run setup gets one.');
  const directory = resolve(dataDirectory);
  const data = join(directory, 'data');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  // A server that starts deletes every temporary table in its temporary directory, those of other servers too.
  const temporary = join(directory, 'tmp');
  await mkdir(temporary, { recursive: true, mode: 0o700 });
  await layOut({ program, data, unfinished: join(directory, 'data.new'), temporary });

  const password = randomBytes(18).toString('hex');
  const accountFile = join(directory, 'account.sql');
  await writeFile(accountFile, accountStatements(password), { mode: 0o600 });

  const start = async (/** @type {number} */ ownPort) => {
    const started = startGuarded({
      command: program.server,
      parameters: [
        '--no-defaults',
        ...asRoot(),
        ...baseDirectory(program),
        `--datadir=${data}`,
        `--tmpdir=${temporary}`,
        `--socket=${join(directory, 'socket')}`,
        `--pid-file=${join(directory, 'pid')}`,
        `--init-file=${accountFile}`,
        `--port=${ownPort}`,
        '--bind-address=127.0.0.1',
        '--skip-name-resolve',
        '--max-connections=300',
        '--innodb-buffer-pool-size=128M',
      ],
      graceSeconds: 30,
    });
    await waitForPort({ name: 'The database', port: ownPort, server: started, deadlineMs: START_DEADLINE_MS });
    return started;
  };
  const { port, server } = await startOnFreePort(wantedPort, start);

  return {
    host: '127.0.0.1',
    port,
    user: USER,
    password,
    ...restartableServer(server, () => start(port)),
  };
}

/**
 * Made under another name and renamed when whole: an interrupted run leaves nothing that looks like a database.
 * @param {object} options
 * @param {import('./locate-programs').DatabaseProgram} options.program
 * @param {string} options.data
 * @param {string} options.unfinished
 * @param {string} options.temporary
 */
async function layOut({ program, data, unfinished, temporary }) {
  const exists = await stat(data).then(
    () => true,
    () => false,
  );
  if (exists) return;
  await rm(unfinished, { recursive: true, force: true });
  if (program.installer === undefined) {
    await run(program.server, [
      '--no-defaults',
      ...asRoot(),
      `--datadir=${unfinished}`,
      `--tmpdir=${temporary}`,
      '--initialize-insecure',
    ]);
  } else {
    await run(program.installer, [
      '--no-defaults',
      ...asRoot(),
      ...baseDirectory(program),
      `--datadir=${unfinished}`,
      `--tmpdir=${temporary}`,
      '--skip-test-db',
    ]);
  }
  await rename(unfinished, data);
}

/**
 * Run by the server before it accepts anybody. The password is this start's alone.
 * @param {string} password
 */
function accountStatements(password) {
  return [
    `CREATE USER IF NOT EXISTS '${USER}'@'%';`,
    `ALTER USER '${USER}'@'%' IDENTIFIED BY '${password}';`,
    `GRANT ALL PRIVILEGES ON *.* TO '${USER}'@'%' WITH GRANT OPTION;`,
    '',
  ].join('\n');
}

/** The servers refuse to run as root unless they are told to. */
function asRoot() {
  return process.getuid?.() === 0 ? ['--user=root'] : [];
}

/** @param {import('./locate-programs').DatabaseProgram} program */
function baseDirectory({ baseDirectory: directory }) {
  return directory === undefined ? [] : [`--basedir=${directory}`];
}

module.exports = { startDatabase };

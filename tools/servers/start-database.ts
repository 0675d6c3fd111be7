import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { locateDatabase } from './locate-programs';
import { startPrivateServer, type PrivateServer } from './private-server';
import { runCommand } from './run-command';

const USER = 'openeg';

export interface DatabaseAccount {
  host: string;
  port: number;
  /** May do everything. */
  user: string;
  password: string;
}

/** A database server with a data directory, a socket and a port that belong to it alone. */
export type PrivateDatabase = DatabaseAccount & PrivateServer;

/**
 * Starts MariaDB or MySQL on 127.0.0.1. Lays out the data directory first if it is empty.
 * @throws Error when this machine has no database server, or it does not start
 */
export async function startDatabase({ dataDirectory }: { dataDirectory: string }): Promise<PrivateDatabase> {
  const program = locateDatabase();
  if (program === undefined) throw new Error('There is no MariaDB or MySQL on this machine: npm run setup gets one.');
  const directory = resolve(dataDirectory);
  const data = join(directory, 'data');
  // A server that starts deletes all temporary tables in its temporary directory, also those of other servers.
  const temporary = join(directory, 'tmp');
  await mkdir(temporary, { recursive: true, mode: 0o700 });
  const common = [
    '--no-defaults',
    // Both servers refuse to run as root without this.
    ...(process.getuid?.() === 0 ? ['--user=root'] : []),
    ...(program.baseDirectory === undefined ? [] : [`--basedir=${program.baseDirectory}`]),
    `--tmpdir=${temporary}`,
  ];

  if (!existsSync(data)) {
    // Laid out aside and renamed when whole: an interrupted run leaves nothing that resembles a database.
    const unfinished = join(directory, 'data.new');
    await rm(unfinished, { recursive: true, force: true });
    const layOut = program.installer === undefined ? '--initialize-insecure' : '--skip-test-db';
    await runCommand(program.installer ?? program.server, [...common, `--datadir=${unfinished}`, layOut]);
    await rename(unfinished, data);
  }

  const password = randomBytes(18).toString('hex');
  const accountFile = join(directory, 'account.sql');
  await writeFile(accountFile, accountStatements(password), { mode: 0o600 });

  const server = await startPrivateServer({
    name: 'The database',
    command: program.server,
    parameters: (port) => [
      ...common,
      `--datadir=${data}`,
      `--socket=${join(directory, 'socket')}`,
      `--pid-file=${join(directory, 'pid')}`,
      `--init-file=${accountFile}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      '--skip-name-resolve',
      '--max-connections=300',
      '--innodb-buffer-pool-size=128M',
    ],
    graceSeconds: 30,
  });
  return { host: '127.0.0.1', user: USER, password, ...server };
}

/** The server runs these before it accepts connections. Each start has a new password. */
function accountStatements(password: string): string {
  return [
    `CREATE USER IF NOT EXISTS '${USER}'@'%';`,
    `ALTER USER '${USER}'@'%' IDENTIFIED BY '${password}';`,
    `GRANT ALL PRIVILEGES ON *.* TO '${USER}'@'%' WITH GRANT OPTION;`,
    '',
  ].join('\n');
}

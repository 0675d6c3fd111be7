import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { SharedServers } from './jest/shared-servers';

/** Asks jest's main process for a server that all test files share; the first call starts it and waits for it. */
export async function sharedServer<Name extends keyof SharedServers>(name: Name): Promise<SharedServers[Name]> {
  const response = await fetch(`${fromTestRun('OPENEG_TEST_SERVERS_URL')}/${name}`);
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as SharedServers[Name];
}

/** A new directory, in memory where that is possible. The end of the test run removes it. */
export function temporaryDirectory(purpose: string): string {
  return mkdtempSync(join(fromTestRun('OPENEG_TEST_DIRECTORY'), `${purpose}-`));
}

function fromTestRun(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error('Tests run by jest, whose global setup starts what they share.');
  return value;
}

import { openSharedServers, type SharedServerHost } from './shared-servers';

declare global {
  var openegSharedServers: SharedServerHost | undefined;
}

/** Jest's globalSetup. Jest's workers get the environment of its main process. */
export default async function startSharedServers(): Promise<void> {
  const host = await openSharedServers();
  globalThis.openegSharedServers = host;
  process.env.OPENEG_TEST_SERVERS_URL = host.url;
  process.env.OPENEG_TEST_DIRECTORY = host.directory;
}

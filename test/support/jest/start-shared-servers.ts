import { SharedServerHost } from './shared-servers';

declare global {
  var openegSharedServers: SharedServerHost | undefined;
}

/** Jest's globalSetup. The environment is how jest's main process reaches its workers. */
export default async function startSharedServers(): Promise<void> {
  const host = await SharedServerHost.open();
  globalThis.openegSharedServers = host;
  process.env.OPENEG_TEST_SERVERS_URL = host.url;
  process.env.OPENEG_TEST_DIRECTORY = host.directory;
}

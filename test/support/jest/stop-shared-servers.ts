/** Jest's globalTeardown. */
export default async function stopSharedServers(): Promise<void> {
  await globalThis.openegSharedServers?.close();
}

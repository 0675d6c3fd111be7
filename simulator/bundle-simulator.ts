import { join } from 'node:path';
import { buildChatPage } from './control/chat-page';

/** Writes the simulator and its page as one file that runs without packages. */
export async function bundleSimulator(outfile: string): Promise<void> {
  const { build } = await import('esbuild');
  await build({
    entryPoints: [join(__dirname, 'main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    define: { BUILT_CHAT_PAGE: JSON.stringify(await buildChatPage()) },
    // Only a simulator that is not bundled builds its page.
    external: ['esbuild'],
  });
}

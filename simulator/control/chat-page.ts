import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface ChatPage {
  html: string;
  style: string;
  script: string;
}

/** `bundleSimulator` puts the built page in the place of this name. */
declare const BUILT_CHAT_PAGE: ChatPage | undefined;

/** The page that shows Chat's messages. Outside of a bundle it is built from its files. */
export function loadChatPage(): Promise<ChatPage> {
  return typeof BUILT_CHAT_PAGE === 'undefined' ? buildChatPage() : Promise.resolve(BUILT_CHAT_PAGE);
}

export async function buildChatPage(): Promise<ChatPage> {
  const { build } = await import('esbuild');
  const folder = join(__dirname, '..', 'chat-page');
  const [html, style, { outputFiles }] = await Promise.all([
    readFile(join(folder, 'index.html'), 'utf8'),
    readFile(join(folder, 'style.css'), 'utf8'),
    build({ entryPoints: [join(folder, 'page.ts')], bundle: true, write: false, format: 'esm', charset: 'utf8' }),
  ]);
  return { html, style, script: outputFiles[0]?.text ?? '' };
}

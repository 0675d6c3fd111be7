import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type BrowserContext } from 'playwright-core';
import { waitUntil } from '../../support/wait-until';
import { locateChromium } from '../../../tools/servers/locate-programs';
import { BROWSER_ARGUMENTS, DEADLINE_MS } from './launch-browser';

/** A Chromium without Playwright's contexts, because those are never hidden and have no profile on the disk. */
export interface Chromium {
  context: BrowserContext;
  close(): Promise<void>;
}

/** @param profile a directory. The same directory again is the same learner's browser on another day */
export async function startChromium(profile: string): Promise<Chromium> {
  const portFile = join(profile, 'DevToolsActivePort');
  await rm(portFile, { force: true });
  const child = spawn(
    locateChromium()!,
    [
      ...BROWSER_ARGUMENTS,
      '--headless=new',
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      '--no-first-run',
      'about:blank',
    ],
    { stdio: 'ignore', detached: true },
  );
  const exited = once(child, 'exit');
  // The launcher is a script, and a browser is many processes. Ending the process group ends all of them.
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    try {
      process.kill(-child.pid!, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
    await exited;
  };
  try {
    const address = await waitUntil(() => readFile(portFile, 'utf8'), {
      deadlineMs: 60_000,
      what: "Chromium's debugging port",
    });
    const browser = await chromium.connectOverCDP(`http://127.0.0.1:${address.split('\n')[0]}`, {
      noDefaults: true,
      timeout: DEADLINE_MS,
    });
    const context = browser.contexts()[0]!;
    context.setDefaultTimeout(DEADLINE_MS);
    return {
      context,
      async close() {
        const session = await browser.newBrowserCDPSession();
        await session.send('Browser.close');
        await exited;
      },
    };
  } catch (error) {
    await end('SIGKILL');
    throw error;
  }
}

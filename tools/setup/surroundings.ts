import { CACHE_DIRECTORY } from '../paths';

/** Everything outside the setup that it reads or changes; tests hand in others. */
export interface Surroundings {
  environment: NodeJS.ProcessEnv;
  cacheDirectory: string;
  isRoot: boolean;
  /** Searched for servers after PATH; default: Debian's. */
  serverDirectories?: readonly string[];
  say(line: string): void;
}

/** Of this process. */
export function ownSurroundings(): Surroundings {
  return {
    environment: process.env,
    cacheDirectory: CACHE_DIRECTORY,
    isRoot: process.getuid?.() === 0,
    say: (line) => console.log(line),
  };
}

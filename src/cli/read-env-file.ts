import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { ServiceError } from '../domain/shared/service-error';

/**
 * The variables of a file with lines like `NAME=value`.
 *
 * Node 20 reads `--env-file` itself wherever it stands on a command line, and exits with 9 where the file is missing. The
 * first line of `src/client.ts` ends Node's own options with `--`, so that the file is left to us.
 * @throws ServiceError CONFIG_INVALID when the file can't be read
 */
export function readEnvFile(path: string): Record<string, string> {
  try {
    // Editors on Windows put a byte order mark before the first name.
    return parseEnv(readFileSync(path, 'utf8').replace(/^\uFEFF/, '')) as Record<string, string>;
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new ServiceError(
      'CONFIG_INVALID',
      `The file ${path} can't be read (${reason}): give --env-file a file with lines like those of .env.example.`,
    );
  }
}

import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { ServiceError } from '../domain/shared/service-error';
import { givenValue } from './config';

/**
 * Sets the variables of a file in `environment`; those that are set already win (contract section 8). An empty variable
 * counts as not set, as it does in `readConfig`.
 * @throws ServiceError CONFIG_INVALID when the file can't be read
 */
export function loadEnvFile(path: string, environment: NodeJS.ProcessEnv = process.env): void {
  for (const [name, value] of Object.entries(parseEnv(readText(path)))) {
    if (givenValue(name, environment) === undefined) environment[name] = value;
  }
}

function readText(path: string): string {
  try {
    // Editors on Windows put a byte order mark before the first name.
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new ServiceError(
      'CONFIG_INVALID',
      `The file ${path} can't be read (${reason}): give --env-file a file with lines like those of .env.example.`,
    );
  }
}

import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The path, if this user may run the file there. */
export function ifProgram(path: string): string | undefined {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile() ? path : undefined;
  } catch {
    return undefined;
  }
}

/** The absolute path of the first of these programs that PATH or one of the further directories has. */
export function findProgram(
  names: readonly string[],
  environment: NodeJS.ProcessEnv,
  furtherDirectories: readonly string[] = [],
): string | undefined {
  const onPath = (environment.PATH ?? '').split(delimiter).filter((directory) => directory !== '');
  for (const name of names) {
    for (const directory of [...onPath, ...furtherDirectories]) {
      const program = ifProgram(join(directory, name));
      if (program !== undefined) return program;
    }
  }
  return undefined;
}

import { startGuarded } from './guarded-process';

const KEPT_CHARACTERS = 20_000;

/** A program that did not start, or ended with another code than 0. */
export class CommandFailure extends Error {
  /** @param output the end of what it wrote */
  constructor(
    command: string,
    reason: string,
    readonly output: string,
  ) {
    super(`${command} ${reason}${output === '' ? '' : `: ${output}`}`);
  }
}

/**
 * Runs a program to its end, without input, and returns what it printed. It ends when this process does.
 * @throws CommandFailure
 */
export async function runCommand(
  command: string,
  parameters: readonly string[],
  options: { directory?: string; environment?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const stdout: string[] = [];
  const onLine = (line: string, stream: string) => stream === 'stdout' && stdout.push(line);
  const program = startGuarded({ command, parameters, ...options, onLine });
  const code = await program.exited;
  if (code === 0) return stdout.join('\n');
  const reason = code === null ? 'was ended by a signal' : `ended with ${code}`;
  throw new CommandFailure(command, reason, program.lines.join('\n').trim().slice(-KEPT_CHARACTERS));
}

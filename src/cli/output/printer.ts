import { replaceInvisible } from '../../domain/shared/invisible-characters';

/** Results go to stdout, everything else to stderr. */
export interface Printer {
  /** A line of the result. */
  line(text?: string): void;
  /** The result as JSON. Nothing else goes to stdout then. */
  json(value: unknown): void;
  /** A line about the result: how far it is, what went wrong. */
  note(text: string): void;
  /** Whether stderr is a terminal, where a line can be drawn again. */
  readonly interactive: boolean;
}

export function createPrinter(stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream): Printer {
  return {
    line: (text = '') => void stdout.write(`${printable(text)}\n`),
    json: (value) => void stdout.write(`${replaceInvisible(JSON.stringify(value, null, 2), jsonEscape)}\n`),
    note: (text) => void stderr.write(`${printable(text)}\n`),
    interactive: stderr.isTTY,
  };
}

/**
 * Ends what an output that fails does to a command. A reader that wants no more, such as `head`, is no failure: the command
 * goes on, and its exit code is its own. Any other failure, such as a full disk, is told once.
 */
export function handleOutputFailures(
  stdout: NodeJS.WritableStream,
  stderr: NodeJS.WritableStream,
  fail: (sentence: string) => void,
): void {
  let hasFailed = false;
  stderr.on('error', () => undefined);
  stdout.on('error', ({ code = 'unknown' }: NodeJS.ErrnoException) => {
    const isFirst = !hasFailed;
    hasFailed = true;
    if (code === 'EPIPE' || !isFirst) return;
    fail(`The output can't be written (${code}): make room where it goes, then run the command again.`);
  });
}

/** Control characters in texts of other systems could steer the terminal. Invisible ones are shown by their number. */
function printable(text: string): string {
  return replaceInvisible(text.replace(/[^\P{Cc}\n\t]/gu, '?'), (character) => {
    const number = character.codePointAt(0) ?? 0;
    return `<U+${number.toString(16).toUpperCase().padStart(4, '0')}>`;
  });
}

/** The same value for a reader of JSON. */
function jsonEscape(character: string): string {
  return Array.from({ length: character.length }, (_, index) => character.charCodeAt(index))
    .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
    .join('');
}

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
    json: (value) => void stdout.write(`${JSON.stringify(value, null, 2)}\n`),
    note: (text) => void stderr.write(`${printable(text)}\n`),
    interactive: stderr.isTTY,
  };
}

/** Control characters in texts of other systems could steer the terminal. */
function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, '?');
}

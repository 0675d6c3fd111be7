/** Where a command's words go: results to stdout, everything else to stderr. */
export interface Printer {
  /** A line of the result. */
  line(text?: string): void;
  /** The result as JSON: then nothing else goes to stdout. */
  json(value: unknown): void;
  /** A line about the result: how far it is, what went wrong. */
  note(text: string): void;
  /** Whether a person looks at stderr, so that a line may be drawn again. */
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

/** Texts of other systems must not steer the terminal. */
function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, '?');
}

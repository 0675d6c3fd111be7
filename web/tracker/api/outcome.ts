/** What became of a call of the progress API. */
export type Outcome<Answer> =
  | { kind: 'answered'; answer: Answer }
  /** No answer, or one that says "later": worth another try. */
  | { kind: 'unavailable'; retryAfterMs: number }
  /** The token is not accepted, and no other was to be had. */
  | { kind: 'unauthorized' }
  /** The same call would be refused again. */
  | { kind: 'refused'; status: number; code: string };

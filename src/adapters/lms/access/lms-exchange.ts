export type LmsHeaders = Record<string, string | string[] | undefined>;

/** What came of one request. A whole answer says nothing about success; `sent` is whether the LMS may have seen the request. */
export type LmsExchange =
  | { kind: 'answer'; status: number; headers: LmsHeaders; body: string }
  | { kind: 'noAnswer'; sent: boolean; what: string };

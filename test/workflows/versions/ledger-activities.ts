export interface LedgerActivities {
  book(value: number): Promise<void>;
  check(value: number): Promise<void>;
}

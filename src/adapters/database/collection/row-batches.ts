import type { SqlValue } from '../core/database';

/** Far below the smallest usual `max_allowed_packet` (4 MiB), even where escaping doubles every byte. */
const MAX_BATCH_BYTES = 64 * 1024;
const MAX_BATCH_ROWS = 1000;
/** For quotes and commas, and for the text of a number or instant. */
const BYTES_AROUND_A_VALUE = 30;

/**
 * Splits rows into batches, each for one statement. The batches are limited by bytes, because a packet above
 * `max_allowed_packet` breaks the connection. A row that is larger than the limit is a batch alone.
 */
export function* rowBatches(
  rows: Iterable<readonly SqlValue[]>,
  { maxBytes = MAX_BATCH_BYTES, maxRows = MAX_BATCH_ROWS } = {},
): Generator<(readonly SqlValue[])[]> {
  let batch: (readonly SqlValue[])[] = [];
  let batchBytes = 0;
  for (const row of rows) {
    const rowBytes = bytesOf(row);
    if (batch.length > 0 && (batch.length === maxRows || batchBytes + rowBytes > maxBytes)) {
      yield batch;
      batch = [];
      batchBytes = 0;
    }
    batch.push(row);
    batchBytes += rowBytes;
  }
  if (batch.length > 0) yield batch;
}

function bytesOf(row: readonly SqlValue[]): number {
  let bytes = 0;
  for (const value of row) bytes += BYTES_AROUND_A_VALUE + (typeof value === 'string' ? Buffer.byteLength(value) : 0);
  return bytes;
}

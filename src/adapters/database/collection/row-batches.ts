import type { SqlValue } from '../core/database';

/**
 * Far below the smallest usual `max_allowed_packet` (4 MiB), also when escaping doubles every byte; and little enough that
 * making the SQL of a batch keeps no request to the LMS waiting for more than a millisecond or two.
 */
const MAX_BATCH_BYTES = 64 * 1024;
const MAX_BATCH_ROWS = 1000;
/** Quotes, commas and, for numbers and instants, the text itself. */
const BYTES_AROUND_A_VALUE = 30;

/**
 * Cuts rows into batches for one INSERT each, in their order. A packet above `max_allowed_packet` breaks the connection,
 * so batches are cut by bytes; a single row that is larger than a batch travels alone.
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

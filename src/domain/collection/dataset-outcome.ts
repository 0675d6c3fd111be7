import type { DataType } from './data-type';

/** The outcome of one dataset in one try. The fields stand in Temporal's histories. */
export interface DatasetOutcome {
  dataType: DataType;
  stored: boolean;
  /** 0 where it was not stored. */
  rowCount: number;
  /** Why it was not stored. The message is a sentence for operators. */
  code?: string;
  message?: string;
}

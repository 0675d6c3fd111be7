import { z } from 'zod';

/** What a collection stores, in the order in which the statistics server names them. */
export const DATA_TYPES = ['vod', 'pbl', 'task', 'roadmap'] as const;

export const dataTypeSchema = z.enum(DATA_TYPES);

export type DataType = z.infer<typeof dataTypeSchema>;

/** Only video logs belong to a date; the others are as they are when they are read. */
export function isDated(dataType: DataType): boolean {
  return dataType === 'vod';
}

import { z } from 'zod';
import { DATASETS } from './datasets/all-datasets';

export type DataType = keyof typeof DATASETS;

/** In the order in which the statistics server names them (contract section 3). */
export const DATA_TYPES = Object.keys(DATASETS) as readonly DataType[];

export const dataTypeSchema = z.enum(DATA_TYPES);

/** Only video logs belong to a learning date. Of the others the LMS lists the present state, whatever the date. */
export function isDated(dataType: DataType): boolean {
  return DATASETS[dataType].tables.some(({ dateColumn }) => dateColumn !== undefined);
}

/** The data types that this service collects: all, or all but vod with `OPENEG_VOD_LOG_ENABLED=False`. */
export function enabledDataTypes(vodLogEnabled: boolean): DataType[] {
  return DATA_TYPES.filter((dataType) => dataType !== 'vod' || vodLogEnabled);
}

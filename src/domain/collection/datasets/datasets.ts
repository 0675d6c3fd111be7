import type { CollectedTable, Dataset } from './dataset';
import { pblDataset } from './pbl-dataset';
import { roadmapDataset } from './roadmap-dataset';
import { taskDataset } from './task-dataset';
import { vodDataset } from './vod-dataset';

/** Every data type, in the order in which the statistics server names them (contract section 3). */
const DEFINITIONS = {
  vod: vodDataset,
  pbl: pblDataset,
  task: taskDataset,
  roadmap: roadmapDataset,
};

export type DataType = keyof typeof DEFINITIONS;

/** What the LMS lists of a data type. */
export type ListingOf<Type extends DataType> =
  (typeof DEFINITIONS)[Type] extends Dataset<infer Listing> ? Listing : never;

export const DATASETS: { readonly [Type in DataType]: Dataset<ListingOf<Type>> } = DEFINITIONS;

/** Every table that collections fill. */
export const COLLECTED_TABLES: readonly CollectedTable[] = Object.values(DEFINITIONS).flatMap(({ tables }) => tables);

import type { CollectedTable, Dataset } from './define-dataset';
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

type Definitions = typeof DEFINITIONS;

/** The LMS's listing of a data type. */
export type ListingOf<Type extends keyof Definitions> =
  Definitions[Type] extends Dataset<infer Listing> ? Listing : never;

export const DATASETS: { readonly [Type in keyof Definitions]: Dataset<ListingOf<Type>> } = DEFINITIONS;

/** Every table that collections fill. */
export const COLLECTED_TABLES: readonly CollectedTable[] = Object.values(DEFINITIONS).flatMap(({ tables }) => tables);

import { z } from 'zod';
import type { StableList } from '../data/stable-list';
import type { CohortWorld } from './cohort-world';

/** The key of the items of each list. */
const ID_FIELDS = {
  students: 'studentId',
  vodLogs: 'period',
  pblProblems: 'problemId',
  pblSubmissions: 'studentId',
  tasks: 'taskId',
  taskSubmissions: 'studentId',
  roadmapUnits: 'unitId',
  roadmapLessons: 'lessonId',
} as const;

export type ListName = keyof typeof ID_FIELDS;
const listNames = Object.keys(ID_FIELDS) as [ListName, ...ListName[]];

const placeShape = {
  skId: z.string(),
  list: z.enum(listNames),
  /** The problem, task, unit or (for vodLogs) student that the list belongs to. */
  parentId: z.string().optional(),
  /** For vodLogs: the learning date. */
  date: z.iso.date().optional(),
};
const ids = z.array(z.union([z.string(), z.number()]));

export const dropRowsSchema = z.strictObject({
  ...placeShape,
  /** Left out: every item of the list. */
  ids: ids.optional(),
});
export const changeRowsSchema = z.strictObject({
  ...placeShape,
  ids: ids.optional(),
  changes: z.record(z.string(), z.unknown()),
});
export const addRowSchema = z.strictObject({ ...placeShape, item: z.record(z.string(), z.unknown()) });

type Item = Record<string, unknown>;
type Place = { skId: string; list: ListName; parentId?: string | undefined; date?: string | undefined };

/** @throws when the parent does not exist */
function listAt(world: CohortWorld, place: Place): StableList<Item> {
  const parentId = place.parentId ?? '';
  const lists: Record<ListName, () => StableList<never> | StableList<object> | undefined> = {
    students: () => world.students,
    vodLogs: () => (place.date === undefined ? undefined : world.keptVodLogs(parentId, place.date)),
    pblProblems: () => world.pblProblems,
    pblSubmissions: () => world.pblSubmissions(parentId),
    tasks: () => world.tasks,
    taskSubmissions: () => world.taskSubmissions(parentId),
    roadmapUnits: () => world.roadmapUnits,
    roadmapLessons: () => world.roadmapLessons(parentId),
  };
  const list = lists[place.list]();
  if (list === undefined) throw new Error(`${place.skId} has no ${place.list} of ${JSON.stringify(parentId)}`);
  return list as unknown as StableList<Item>;
}

const matcher = (list: ListName, given: readonly (string | number)[] | undefined) => (item: Item) =>
  given === undefined || given.some((id) => String(id) === String(item[ID_FIELDS[list]]));

/** The LMS lists these items no more. Returns how many. */
export function dropRows(world: CohortWorld, change: z.output<typeof dropRowsSchema>): number {
  return listAt(world, change).drop(matcher(change.list, change.ids));
}

/** The LMS lists other values for these items. Returns how many. */
export function changeRows(world: CohortWorld, change: z.output<typeof changeRowsSchema>): number {
  return listAt(world, change).change(matcher(change.list, change.ids), change.changes);
}

export function addRow(world: CohortWorld, change: z.output<typeof addRowSchema>): void {
  listAt(world, change).add(change.item);
}

import { defineTable, rowsOf, type Dataset } from './define-dataset';

/** A unit of a cohort's course. Units and lessons come in teaching order. */
export interface RoadmapUnit {
  unitId: string;
  title: string;
  position: number;
  /** 0 to 1, the mean over the cohort; null where the LMS names none. */
  progressRate: number | null;
  lessons: RoadmapLesson[];
}

/** A lesson (차시) of a unit. */
export interface RoadmapLesson {
  lessonId: string;
  title: string;
  position: number;
  /** Length of the lesson's video; null where the LMS names none. */
  durationSeconds: number | null;
  progressRate: number | null;
}

const UNITS = defineTable({
  name: 'openeg_roadmap_units',
  keyColumns: ['unit_id'],
  valueColumns: ['title', 'position', 'progress_rate'],
  studentColumn: null,
});

const LESSONS = defineTable({
  name: 'openeg_roadmap_lessons',
  keyColumns: ['lesson_id'],
  valueColumns: ['unit_id', 'title', 'position', 'duration_seconds', 'progress_rate'],
  studentColumn: null,
});

/** The cohort's course structure. */
export const roadmapDataset: Dataset<readonly RoadmapUnit[]> = {
  tables: [UNITS, LESSONS],
  toRows: (units) => [
    rowsOf(
      UNITS,
      units.map((unit) => ({
        unit_id: unit.unitId,
        title: unit.title,
        position: unit.position,
        progress_rate: unit.progressRate,
      })),
    ),
    rowsOf(
      LESSONS,
      units.flatMap((unit) =>
        unit.lessons.map((lesson) => ({
          lesson_id: lesson.lessonId,
          unit_id: unit.unitId,
          title: lesson.title,
          position: lesson.position,
          duration_seconds: lesson.durationSeconds,
          progress_rate: lesson.progressRate,
        })),
      ),
    ),
  ],
};

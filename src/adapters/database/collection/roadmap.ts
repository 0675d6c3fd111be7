import type { RoadmapUnit } from '../../../domain/collection/roadmap';
import type { Queryable } from '../core/database';
import { tableContent, type CollectedTable, type TableContent } from './sync-rows';

const UNITS: CollectedTable<'sk_id' | 'unit_id' | 'title' | 'position' | 'progress_rate'> = {
  name: 'openeg_roadmap_units',
  scopeColumns: ['sk_id'],
  keyColumns: ['unit_id'],
  valueColumns: ['title', 'position', 'progress_rate'],
};

const LESSONS: CollectedTable<
  'sk_id' | 'lesson_id' | 'unit_id' | 'title' | 'position' | 'duration_seconds' | 'progress_rate'
> = {
  name: 'openeg_roadmap_lessons',
  scopeColumns: ['sk_id'],
  keyColumns: ['lesson_id'],
  valueColumns: ['unit_id', 'title', 'position', 'duration_seconds', 'progress_rate'],
};

/** The cohort's course structure. */
export function roadmapContents(skId: string, units: readonly RoadmapUnit[]): TableContent[] {
  const unitRows = units.map((unit) => ({
    sk_id: skId,
    unit_id: unit.unitId,
    title: unit.title,
    position: unit.position,
    progress_rate: unit.progressRate,
  }));
  const lessonRows = units.flatMap((unit) =>
    unit.lessons.map((lesson) => ({
      sk_id: skId,
      lesson_id: lesson.lessonId,
      unit_id: unit.unitId,
      title: lesson.title,
      position: lesson.position,
      duration_seconds: lesson.durationSeconds,
      progress_rate: lesson.progressRate,
    })),
  );
  return [tableContent(UNITS, [skId], unitRows), tableContent(LESSONS, [skId], lessonRows)];
}

export async function hasStoredRoadmap(db: Queryable, skId: string): Promise<boolean> {
  const rows = await db.query('SELECT 1 FROM openeg_roadmap_units WHERE sk_id = ? LIMIT 1', [skId]);
  return rows.length > 0;
}

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

import { createRandom, pick } from '../random';
import { formatInstant } from './format-instant';
import { courseTitle, studentName } from './korean-texts';
import type {
  PblProblem,
  PblSubmission,
  RoadmapLesson,
  RoadmapUnit,
  Student,
  Task,
  TaskSubmission,
} from './lms-records';

export interface CourseSize {
  students: number;
  pblProblems: number;
  tasks: number;
  units: number;
  lessonsPerUnit: number;
}

export interface CourseGenerator {
  /** The order of each list is that in which the LMS pages it. */
  students(): Student[];
  pblProblems(): PblProblem[];
  pblSubmissions(problemId: string, studentIds: readonly string[]): PblSubmission[];
  tasks(): Task[];
  taskSubmissions(taskId: string, studentIds: readonly string[]): TaskSubmission[];
  roadmapUnits(): RoadmapUnit[];
  roadmapLessons(unitId: string): RoadmapLesson[];
}

const DAY_MS = 86_400_000;
const COURSE_START_MS = Date.parse('2025-01-06T00:00:00+09:00');

/** Everything of a cohort that has no date. The same seed and cohort give the same course, in any process. */
export function createCourseGenerator(seed: string, skId: string, size: CourseSize): CourseGenerator {
  const random = (...parts: (string | number)[]) => createRandom(seed, skId, ...parts);

  /** A value, null, or the field left out. */
  const optional = <Value>(chance: () => number, share: number, value: Value): Value | null | undefined => {
    const drawn = chance();
    if (drawn < share) return value;
    return drawn < share + (1 - share) / 2 ? null : undefined;
  };
  const instantWithin = (chance: () => number, days: number) => {
    const wholeSeconds = chance() < 0.6;
    const at = COURSE_START_MS + Math.floor(chance() * days * DAY_MS);
    return formatInstant(wholeSeconds ? at - (at % 1000) : at, chance);
  };
  const count = (length: number) => Array.from({ length }, (_, index) => index);

  function studentId(index: number): string {
    // Identifiers compare byte for byte, and may hold what a URL path must escape.
    if (index === 3) return `${skId}-s0004/가 &?#%25+`;
    // The third student's id but for the case of one letter.
    if (index === 4) return `${skId}-S0003`;
    return `${skId}-s${String(index + 1).padStart(4, '0')}`;
  }

  return {
    students: () =>
      count(size.students).map((index) => {
        const chance = random('student', index);
        const drawn = chance();
        const status = drawn < 0.82 ? 'active' : drawn < 0.92 ? 'dropped' : 'completed';
        return { studentId: studentId(index), name: studentName(chance), status };
      }),

    pblProblems: () =>
      count(size.pblProblems).map((index) => {
        const chance = random('problem', index);
        return {
          problemId: `${skId}-p${index + 1}${index === 1 ? '/재시험?' : ''}`,
          title: courseTitle(chance, 'PBL'),
          maxScore: pick(chance, [100, 50, 10, 12.5, 0]),
          unitId: optional(chance, 0.7, `${skId}-u${1 + Math.floor(chance() * size.units)}`),
          dueAt: optional(chance, 0.7, instantWithin(chance, 120)),
        };
      }),

    pblSubmissions: (problemId, studentIds) =>
      studentIds.flatMap((id, index): PblSubmission[] => {
        const chance = random('pbl-submission', problemId, index);
        // At most one item a student: some have none at all.
        if (chance() < 0.1) return [];
        const status = pick(chance, ['not_submitted', 'submitted', 'graded', 'graded', 'returned'] as const);
        if (status === 'not_submitted') return [{ studentId: id, status, ...(chance() < 0.5 ? { score: null } : {}) }];
        return [
          {
            submissionId: optional(chance, 0.95, `${problemId}-${index}`),
            studentId: id,
            status,
            score: status === 'submitted' ? null : optional(chance, 0.9, Math.round(chance() * 400) / 4),
            submittedAt: optional(chance, 0.95, instantWithin(chance, 120)),
          },
        ];
      }),

    tasks: () =>
      count(size.tasks).map((index) => {
        const chance = random('task', index);
        return {
          taskId: `${skId}-t${index + 1}`,
          title: courseTitle(chance, '과제'),
          submissionType: pick(chance, ['file', 'link', 'text', 'quiz'] as const),
          opensAt: optional(chance, 0.7, instantWithin(chance, 60)),
          dueAt: optional(chance, 0.7, instantWithin(chance, 120)),
        };
      }),

    taskSubmissions: (taskId, studentIds) =>
      studentIds.flatMap((id, index): TaskSubmission[] => {
        const chance = random('task-submission', taskId, index);
        if (chance() < 0.1) return [];
        const status = pick(chance, ['not_submitted', 'submitted', 'late', 'graded', 'returned'] as const);
        if (status === 'not_submitted') return [{ studentId: id, status, submissionId: null, submittedAt: null }];
        return [
          {
            submissionId: optional(chance, 0.95, `${taskId}-${index}`),
            studentId: id,
            status,
            submittedAt: optional(chance, 0.95, instantWithin(chance, 120)),
          },
        ];
      }),

    roadmapUnits: () =>
      count(size.units).map((index) => {
        const chance = random('unit', index);
        return {
          unitId: `${skId}-u${index + 1}`,
          title: courseTitle(chance, '단원'),
          position: index + 1,
          progressRate: optional(chance, 0.8, Math.round(chance() * 10_000) / 10_000),
        };
      }),

    roadmapLessons: (unitId) =>
      count(size.lessonsPerUnit).map((index) => {
        const chance = random('lesson', unitId, index);
        return {
          lessonId: `${unitId}-l${index + 1}`,
          title: courseTitle(chance, '차시'),
          position: index + 1,
          durationSeconds: optional(chance, 0.85, pick(chance, [45, 60, 61, 600, 601, 1500, 3000])),
          progressRate: optional(chance, 0.8, chance()),
        };
      }),
  };
}

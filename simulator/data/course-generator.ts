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

/** A cohort's course: everything that has no date. The same seed and cohort give the same course in any process. */
export interface Course {
  seed: string;
  skId: string;
  size: CourseSize;
}

const DAY_MS = 86_400_000;
const COURSE_START_MS = Date.parse('2025-01-06T00:00:00+09:00');

/** The generated lists are in the order in which the LMS pages them. */
export function generateStudents(course: Course): Student[] {
  return count(course.size.students).map((index) => {
    const chance = randomOf(course, 'student', index);
    const drawn = chance();
    const status = drawn < 0.82 ? 'active' : drawn < 0.92 ? 'dropped' : 'completed';
    return { studentId: studentId(course, index), name: studentName(chance), status };
  });
}

function studentId({ skId }: Course, index: number): string {
  // Characters that a URL's path must escape.
  if (index === 3) return `${skId}-s0004/가 &?#%25+`;
  // The third student's id with one letter in another case: identifiers compare byte for byte.
  if (index === 4) return `${skId}-S0003`;
  return `${skId}-s${String(index + 1).padStart(4, '0')}`;
}

export function generatePblProblems(course: Course): PblProblem[] {
  const { skId, size } = course;
  return count(size.pblProblems).map((index) => {
    const chance = randomOf(course, 'problem', index);
    return {
      problemId: `${skId}-p${index + 1}${index === 1 ? '/재시험?' : ''}`,
      title: courseTitle(chance, 'PBL'),
      maxScore: pick(chance, [100, 50, 10, 12.5, 0]),
      unitId: optional(chance, 0.7, `${skId}-u${1 + Math.floor(chance() * size.units)}`),
      dueAt: optional(chance, 0.7, instantWithin(chance, 120)),
    };
  });
}

/** At most one submission for each student; some students have none. */
export function generatePblSubmissions(
  course: Course,
  problemId: string,
  studentIds: readonly string[],
): PblSubmission[] {
  return studentIds.flatMap((id, index): PblSubmission[] => {
    const chance = randomOf(course, 'pbl-submission', problemId, index);
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
  });
}

export function generateTasks(course: Course): Task[] {
  return count(course.size.tasks).map((index) => {
    const chance = randomOf(course, 'task', index);
    return {
      taskId: `${course.skId}-t${index + 1}`,
      title: courseTitle(chance, '과제'),
      submissionType: pick(chance, ['file', 'link', 'text', 'quiz'] as const),
      opensAt: optional(chance, 0.7, instantWithin(chance, 60)),
      dueAt: optional(chance, 0.7, instantWithin(chance, 120)),
    };
  });
}

/** At most one submission for each student; some students have none. */
export function generateTaskSubmissions(
  course: Course,
  taskId: string,
  studentIds: readonly string[],
): TaskSubmission[] {
  return studentIds.flatMap((id, index): TaskSubmission[] => {
    const chance = randomOf(course, 'task-submission', taskId, index);
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
  });
}

export function generateRoadmapUnits(course: Course): RoadmapUnit[] {
  return count(course.size.units).map((index) => {
    const chance = randomOf(course, 'unit', index);
    return {
      unitId: `${course.skId}-u${index + 1}`,
      title: courseTitle(chance, '단원'),
      position: index + 1,
      progressRate: optional(chance, 0.8, Math.round(chance() * 10_000) / 10_000),
    };
  });
}

export function generateRoadmapLessons(course: Course, unitId: string): RoadmapLesson[] {
  return count(course.size.lessonsPerUnit).map((index) => {
    const chance = randomOf(course, 'lesson', unitId, index);
    return {
      lessonId: `${unitId}-l${index + 1}`,
      title: courseTitle(chance, '차시'),
      position: index + 1,
      durationSeconds: optional(chance, 0.85, pick(chance, [45, 60, 61, 600, 601, 1500, 3000])),
      progressRate: optional(chance, 0.8, chance()),
    };
  });
}

function randomOf({ seed, skId }: Course, ...parts: (string | number)[]): () => number {
  return createRandom(seed, skId, ...parts);
}

function count(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}

/** The value with the probability `share`; otherwise null or undefined, which leaves the field out. Both mean the same. */
function optional<Value>(chance: () => number, share: number, value: Value): Value | null | undefined {
  const drawn = chance();
  if (drawn < share) return value;
  return drawn < share + (1 - share) / 2 ? null : undefined;
}

/** An instant in the first `days` of the course, mostly of whole seconds. */
function instantWithin(chance: () => number, days: number): string {
  const isWholeSecond = chance() < 0.6;
  const at = COURSE_START_MS + Math.floor(chance() * days * DAY_MS);
  return formatInstant(isWholeSecond ? at - (at % 1000) : at, chance);
}

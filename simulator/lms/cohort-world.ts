import {
  generatePblProblems,
  generatePblSubmissions,
  generateRoadmapLessons,
  generateRoadmapUnits,
  generateStudents,
  generateTaskSubmissions,
  generateTasks,
  type CourseSize,
} from '../data/course-generator';
import type {
  PblProblem,
  PblSubmission,
  RecordedCompletion,
  RoadmapLesson,
  RoadmapUnit,
  Student,
  Task,
  TaskSubmission,
  VodLog,
} from '../data/lms-records';
import { createStableList, type StableList } from '../data/stable-list';
import { generateVodLogs } from '../data/vod-log-generator';
import { createInquiryBoard, type InquiryBoard } from './inquiry-board';

export interface CohortAccount {
  skId: string;
  cohortName: string;
  loginId: string;
  password: string;
  /** The Google Chat space of the cohort. */
  space: string;
}

/** One cohort's data in the LMS. A list is generated when it is first needed. */
export interface CohortWorld {
  account: CohortAccount;
  inquiries: InquiryBoard;
  completions: Map<string, RecordedCompletion>;
  students: StableList<Student>;
  pblProblems: StableList<PblProblem>;
  tasks: StableList<Task>;
  roadmapUnits: StableList<RoadmapUnit>;
  /** Undefined when there is no such problem, task, unit or student. */
  pblSubmissions(problemId: string): StableList<PblSubmission> | undefined;
  taskSubmissions(taskId: string): StableList<TaskSubmission> | undefined;
  roadmapLessons(unitId: string): StableList<RoadmapLesson> | undefined;
  vodLogs(studentId: string, date: string): StableList<VodLog> | undefined;
  /** The same list, which is kept from now on, so that changes of it stay. */
  keptVodLogs(studentId: string, date: string): StableList<VodLog> | undefined;
}

/** Lists are kept with their changes. A day's logs are generated at each call, unless they were changed. */
export function createCohortWorld(options: {
  seed: string;
  account: CohortAccount;
  size: CourseSize;
  now: () => number;
}): CohortWorld {
  const { seed, account, size } = options;
  const { skId } = account;
  const course = { seed, skId, size };

  const once = <Value>(make: () => Value) => {
    let value: Value | undefined;
    return () => (value ??= make());
  };
  /** One list for each existing parent. */
  const byParent = <Item extends object>(exists: (id: string) => boolean, make: (id: string) => Item[]) => {
    const lists = new Map<string, StableList<Item>>();
    return (id: string) => {
      const known = lists.get(id);
      if (known !== undefined || !exists(id)) return known;
      const list = createStableList(make(id));
      lists.set(id, list);
      return list;
    };
  };

  const students = once(() => createStableList(generateStudents(course)));
  const pblProblems = once(() => createStableList(generatePblProblems(course)));
  const tasks = once(() => createStableList(generateTasks(course)));
  const roadmapUnits = once(() => createStableList(generateRoadmapUnits(course)));
  const studentIds = once(() => generateStudents(course).map((student) => student.studentId));
  // The last one submitted and is on the roster no more.
  const submitterIds = once(() => [...studentIds(), `${skId}-former`]);
  const hasStudent = (id: string) =>
    students()
      .items()
      .some((student) => student.studentId === id);
  const keptVodLogs = new Map<string, StableList<VodLog>>();

  // Getters, because most lists of a large simulator are never needed.
  return {
    account,
    inquiries: createInquiryBoard(seed, skId, options.now),
    completions: new Map(),
    get students() {
      return students();
    },
    get pblProblems() {
      return pblProblems();
    },
    get tasks() {
      return tasks();
    },
    get roadmapUnits() {
      return roadmapUnits();
    },
    pblSubmissions: byParent(
      (id) =>
        pblProblems()
          .items()
          .some((problem) => problem.problemId === id),
      (id) => generatePblSubmissions(course, id, submitterIds()),
    ),
    taskSubmissions: byParent(
      (id) =>
        tasks()
          .items()
          .some((task) => task.taskId === id),
      (id) => generateTaskSubmissions(course, id, submitterIds()),
    ),
    roadmapLessons: byParent(
      (id) =>
        roadmapUnits()
          .items()
          .some((unit) => unit.unitId === id),
      (id) => generateRoadmapLessons(course, id),
    ),
    vodLogs(studentId, date) {
      const kept = keptVodLogs.get(`${date}/${studentId}`);
      if (kept !== undefined || !hasStudent(studentId)) return kept;
      return createStableList(generateVodLogs(seed, skId, studentId, date));
    },
    keptVodLogs(studentId, date) {
      const list = this.vodLogs(studentId, date);
      if (list !== undefined) keptVodLogs.set(`${date}/${studentId}`, list);
      return list;
    },
  };
}

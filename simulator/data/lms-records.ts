/*
 * The LMS's records as in its JSON (components/schemas of lms-api.openapi.yaml). An optional field may be absent or
 * null, which means the same. The generator uses both.
 */

export interface Inquiry {
  entryId: string;
  category?: string | null;
  title: string;
  content: string;
  studentId: string;
  studentName: string;
  createdAt: string;
  answeredAt?: string | null;
  url?: string | null;
}

export interface Student {
  studentId: string;
  name: string;
  status: 'active' | 'dropped' | 'completed';
}

export interface VodLog {
  period: number;
  lectureId: string;
  lectureTitle: string;
  durationSeconds: number;
  watchedSeconds: number;
  firstPlayedAt?: string | null;
  lastPlayedAt?: string | null;
}

export interface PblProblem {
  problemId: string;
  title: string;
  maxScore: number;
  unitId?: string | null;
  dueAt?: string | null;
}

export interface PblSubmission {
  submissionId?: string | null;
  studentId: string;
  status: 'not_submitted' | 'submitted' | 'graded' | 'returned';
  score?: number | null;
  submittedAt?: string | null;
}

export interface Task {
  taskId: string;
  title: string;
  submissionType: 'file' | 'link' | 'text' | 'quiz';
  opensAt?: string | null;
  dueAt?: string | null;
}

export interface TaskSubmission {
  submissionId?: string | null;
  studentId: string;
  status: 'not_submitted' | 'submitted' | 'late' | 'graded' | 'returned';
  submittedAt?: string | null;
}

export interface RoadmapLesson {
  lessonId: string;
  title: string;
  position: number;
  durationSeconds?: number | null;
  progressRate?: number | null;
}

export interface RoadmapUnit {
  unitId: string;
  title: string;
  position: number;
  progressRate?: number | null;
}

/** A completion that `reportCompletion` recorded. */
export interface RecordedCompletion {
  skId: string;
  completionId: string;
  memberNo: string;
  eduNo: string;
  chasiNo: string;
  completedAt: string;
  progressRate: number;
  /** Reports of it, repetitions included. */
  reports: number;
}

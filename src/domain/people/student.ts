export type StudentStatus = 'active' | 'dropped' | 'completed';

/** A learner as a cohort's roster lists them. */
export interface Student {
  studentId: string;
  name: string;
  status: StudentStatus;
}

import { statements as foundation } from './0001-foundation';
import { statements as progress } from './0002-progress';
import { statements as erasedStudents } from './0003-erased-students';
import { statements as lmsRefusals } from './0004-lms-refusals';

export interface Migration {
  /** Recorded in `openeg_migrations`; never changed once released. */
  name: string;
  /** Each must bear being run twice, because MySQL commits each DDL statement by itself. */
  statements: readonly string[];
}

/** In the order in which they are applied. A released migration is never edited; each change is a new migration. */
export const MIGRATIONS: readonly Migration[] = [
  { name: '0001-foundation', statements: foundation },
  { name: '0002-progress', statements: progress },
  { name: '0003-erased-students', statements: erasedStudents },
  { name: '0004-lms-refusals', statements: lmsRefusals },
];

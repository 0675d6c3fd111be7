import type { Migration } from './migration';
import { statements as foundation } from './0001-foundation';
import { statements as progress } from './0002-progress';
import { statements as erasedStudents } from './0003-erased-students';
import { statements as lmsRefusals } from './0004-lms-refusals';
import { statements as keysForYears } from './0005-keys-for-years';
import { statements as incidentsOfMany } from './0006-incidents-of-many';
import { statements as asideAndWindows } from './0007-aside-messages-and-check-windows';

/** In the order in which they are applied. A released migration is never edited; each change is a new migration. */
export const MIGRATIONS: readonly Migration[] = [
  { name: '0001-foundation', statements: foundation },
  { name: '0002-progress', statements: progress },
  { name: '0003-erased-students', statements: erasedStudents },
  { name: '0004-lms-refusals', statements: lmsRefusals },
  { name: '0005-keys-for-years', statements: keysForYears },
  { name: '0006-incidents-of-many', statements: incidentsOfMany },
  { name: '0007-aside-messages-and-check-windows', statements: asideAndWindows },
];

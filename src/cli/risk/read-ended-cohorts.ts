import { CsvError, parse } from 'csv-parse/sync';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { EndedCohort, EndedLearner } from '../../domain/risk/backtest';
import type { ActiveDay, Submission, WorkItem } from '../../domain/risk/learner-history';
import { ServiceError } from '../../domain/shared/service-error';

/** The files of a folder with their columns (contract section 11). */
const FILES = {
  learners: { name: 'learners.csv', columns: ['cohort', 'student', 'enrolled_day', 'left_day', 'outcome'] },
  activity: { name: 'activity.csv.gz', columns: ['cohort', 'student', 'day', 'units', 'places'] },
  work: { name: 'work.csv', columns: ['cohort', 'item', 'due_day', 'weight'] },
  submissions: { name: 'submissions.csv', columns: ['cohort', 'item', 'student', 'day', 'score'] },
} as const;
const OUTCOMES = ['passed', 'failed', 'left'] as const;
/** More wrong lines than this say nothing new. */
const MAX_PROBLEMS = 10;

interface LearnerInReading extends EndedLearner {
  days: ActiveDay[];
  submissions: Submission[];
}

interface CohortInReading extends EndedCohort {
  work: WorkItem[];
  learners: LearnerInReading[];
}

/** One line of a file. What cannot be read of it becomes a problem that names file, line and column. */
interface Line {
  text(column: number): string;
  number(column: number): number;
  numberOrNull(column: number): number | null;
}

/**
 * Reads the cohorts of a folder, whose ends are known.
 * @throws ServiceError INPUT_INVALID: a file is missing, or lines of it are wrong
 */
export async function readEndedCohorts(folder: string): Promise<EndedCohort[]> {
  const problems: string[] = [];
  const cohorts = new Map<string, CohortInReading>();
  const learners = new Map<string, LearnerInReading>();
  const read = (file: keyof typeof FILES, take: (line: Line) => string | undefined) =>
    readLines(folder, FILES[file], problems, take);
  const cohortOf = (cohort: string): CohortInReading => {
    const known = cohorts.get(cohort) ?? { cohort, work: [], learners: [] };
    cohorts.set(cohort, known);
    return known;
  };

  await read('learners', (line) => {
    const [cohort, student] = [line.text(0), line.text(1)];
    const outcome = OUTCOMES.find((known) => known === line.text(4));
    if (outcome === undefined) return `outcome must be one of ${OUTCOMES.join(', ')}`;
    if (learners.has(keyOf(cohort, student))) return 'the learner stands in an earlier line already';
    const learner: LearnerInReading = {
      student,
      enrolledDay: line.numberOrNull(2),
      leftDay: line.numberOrNull(3),
      outcome,
      days: [],
      submissions: [],
    };
    learners.set(keyOf(cohort, student), learner);
    cohortOf(cohort).learners.push(learner);
    return undefined;
  });
  await read('work', (line) => {
    cohortOf(line.text(0)).work.push({ item: line.text(1), dueDay: line.number(2), weight: line.number(3) });
    return undefined;
  });
  await read('submissions', (line) => {
    const learner = learners.get(keyOf(line.text(0), line.text(2)));
    if (learner === undefined) return 'learners.csv has no such learner';
    learner.submissions.push({ item: line.text(1), day: line.number(3), score: line.numberOrNull(4) });
    return undefined;
  });
  await read('activity', (line) => {
    const learner = learners.get(keyOf(line.text(0), line.text(1)));
    if (learner === undefined) return 'learners.csv has no such learner';
    learner.days.push({ day: line.number(2), units: line.number(3), places: line.number(4) });
    return undefined;
  });
  if (problems.length > 0)
    throw new ServiceError(
      'INPUT_INVALID',
      `${folder} cannot be read.\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
    );
  for (const { days } of learners.values()) days.sort((a, b) => a.day - b.day);
  return [...cohorts.values()];
}

function keyOf(cohort: string, student: string): string {
  return `${cohort}\n${student}`;
}

/** @param take answers what is wrong with a line whose values can be read, or undefined */
async function readLines(
  folder: string,
  { name, columns }: (typeof FILES)[keyof typeof FILES],
  problems: string[],
  take: (line: Line) => string | undefined,
): Promise<void> {
  const note = (line: number, problem: string) => {
    if (problems.length < MAX_PROBLEMS) problems.push(`${name}, line ${line}: ${problem}.`);
  };
  try {
    parse(await contentOf(join(folder, name)), {
      bom: true,
      skip_empty_lines: true,
      relax_column_count: true,
      // Null keeps the record out of the memory: a file has half a million of them.
      on_record: (fields: string[], { lines }) => {
        if (lines === 1) {
          if (fields.join(',') !== columns.join(',')) note(1, `the header must be ${columns.join(',')}`);
          return null;
        }
        if (fields.length !== columns.length) note(lines, `has ${fields.length} fields instead of ${columns.length}`);
        else takeLine(fields, columns, take, (problem) => note(lines, problem));
        return null;
      },
    });
  } catch (error) {
    if (error instanceof CsvError) note(Number(error.lines) || 1, 'a quote stands in the wrong place');
    else
      problems.push(
        `${name}: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : 'it cannot be read'}.`,
      );
  }
}

function takeLine(
  fields: readonly string[],
  columns: readonly string[],
  take: (line: Line) => string | undefined,
  note: (problem: string) => void,
): void {
  const wrong: string[] = [];
  const number = (column: number): number => {
    const text = fields[column] ?? '';
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value)) wrong.push(`${columns[column]} must be a number`);
    return value;
  };
  const problem = take({
    text: (column) => fields[column] ?? '',
    number,
    numberOrNull: (column) => (fields[column] === '' ? null : number(column)),
  });
  for (const each of problem === undefined ? wrong : [...wrong, problem]) note(each);
}

async function contentOf(path: string): Promise<Buffer> {
  const content = await readFile(path);
  return path.endsWith('.gz') ? promisify(gunzip)(content) : content;
}

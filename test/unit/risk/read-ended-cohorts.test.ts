import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readEndedCohorts } from '../../../src/cli/risk/read-ended-cohorts';
import { temporaryDirectory } from '../../support/test-run';

const FILES: Record<string, string> = {
  'learners.csv': 'cohort,student,enrolled_day,left_day,outcome\nC,한결,,,passed\nC,2,-5,31,left\n',
  'work.csv': 'cohort,item,due_day,weight\nC,W1,20,12.5\n',
  'submissions.csv': 'cohort,item,student,day,score\nC,W1,2,19,\nC,W1,한결,20,77.5\n',
  'activity.csv.gz': 'cohort,student,day,units,places\nC,2,3,4,1\nC,2,-1,2,1\n',
};

function folderWith(files: Record<string, string | undefined>): string {
  const folder = temporaryDirectory('risk');
  for (const [name, text] of Object.entries({ ...FILES, ...files })) {
    if (text !== undefined) writeFileSync(join(folder, name), name.endsWith('.gz') ? gzipSync(text) : text);
  }
  return folder;
}

it('reads cohorts with their learners, work, submissions and activity in the order of days', async () => {
  expect(await readEndedCohorts(folderWith({}))).toEqual([
    {
      cohort: 'C',
      work: [{ item: 'W1', dueDay: 20, weight: 12.5 }],
      learners: [
        {
          ...{ student: '한결', enrolledDay: null, leftDay: null, outcome: 'passed', days: [] },
          submissions: [{ item: 'W1', day: 20, score: 77.5 }],
        },
        {
          ...{ student: '2', enrolledDay: -5, leftDay: 31, outcome: 'left' },
          days: [
            { day: -1, units: 2, places: 1 },
            { day: 3, units: 4, places: 1 },
          ],
          submissions: [{ item: 'W1', day: 19, score: null }],
        },
      ],
    },
  ]);
});

it.each<[string, Record<string, string | undefined>, RegExp]>([
  ['a missing file', { 'work.csv': undefined }, /work\.csv: there is no such file/],
  [
    'another header',
    { 'work.csv': 'cohort,item,due,weight\n' },
    /work\.csv, line 1: the header must be cohort,item,due_day,weight/,
  ],
  ['too few fields', { 'work.csv': 'cohort,item,due_day,weight\nC,W1\n' }, /line 2: has 2 fields instead of 4/],
  ['no number', { 'work.csv': 'cohort,item,due_day,weight\nC,W1,soon,1\n' }, /line 2: due_day must be a number/],
  ['an unknown outcome', { 'learners.csv': `${FILES['learners.csv']}C,3,,,gone\n` }, /line 4: outcome must be one of/],
  ['a learner twice', { 'learners.csv': `${FILES['learners.csv']}C,2,,,passed\n` }, /line 4: .*earlier line/],
  [
    'an unknown learner',
    { 'submissions.csv': 'cohort,item,student,day,score\nC,W1,9,1,\n' },
    /learners\.csv has no such learner/,
  ],
  ['a broken quote', { 'work.csv': 'cohort,item,due_day,weight\nC,"W1,3,1\n' }, /a quote stands in the wrong place/],
])('names file, line and column of %s', async (_name, files, sentence) => {
  await expect(readEndedCohorts(folderWith(files))).rejects.toMatchObject({
    code: 'INPUT_INVALID',
    message: expect.stringMatching(sentence) as unknown,
  });
});

it('names ten wrong lines at most', async () => {
  const wrong = Array.from({ length: 50 }, () => 'C,W1,soon,1').join('\n');
  const reading = readEndedCohorts(folderWith({ 'work.csv': `cohort,item,due_day,weight\n${wrong}\n` }));
  await expect(reading).rejects.toMatchObject({ message: expect.not.stringMatching(/line 12/) as unknown });
});

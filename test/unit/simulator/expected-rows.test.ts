import { createHash } from 'node:crypto';
import { createRandom } from '../../../simulator/random';
import { formatInstant } from '../../../simulator/data/format-instant';
import { generateVodLogs } from '../../../simulator/data/vod-log-generator';
import { expectedRows } from '../../../simulator/expected-rows';
import { createCohortWorld, type CohortWorld } from '../../../simulator/lms/cohort-world';
import { addRow } from '../../../simulator/lms/row-changes';

const DATE = '2025-01-20';

function emptyCohort(): CohortWorld {
  const size = { students: 0, pblProblems: 0, tasks: 0, units: 0, lessonsPerUnit: 0 };
  const account = { skId: 'SK001', cohortName: '기수', loginId: 'l', password: 'p', space: 's' };
  return createCohortWorld({ seed: 'test', account, size, now: () => 0 });
}

test('a student of any status has eight periods, and zeros in periods without a log', () => {
  const world = emptyCohort();
  addRow(world, { skId: 'SK001', list: 'students', item: { studentId: 's1', name: '김하은', status: 'dropped' } });
  const place = { skId: 'SK001', list: 'vodLogs', parentId: 's1', date: DATE } as const;
  world.keptVodLogs('s1', DATE)?.drop(() => true);
  addRow(world, {
    ...place,
    item: {
      period: 3,
      lectureId: 'l3',
      lectureTitle: '강의',
      durationSeconds: 3000,
      watchedSeconds: 4000,
      firstPlayedAt: '2025-01-20T23:59:59.25-05:00',
    },
  });
  const rows = expectedRows(world, DATE).openeg_vod_logs;
  const key = { sk_id: 'SK001', student_id: 's1', log_date: DATE, student_name: '김하은' };
  const zeros = {
    lecture_id: null,
    lecture_title: null,
    duration_seconds: 0,
    watched_seconds: 0,
    attended: 0,
    first_played_at: null,
  };
  expect(rows).toHaveLength(8);
  expect(rows[0]).toEqual({ ...key, period: 1, ...zeros, last_played_at: null });
  expect(rows[2]).toEqual({
    ...key,
    period: 3,
    lecture_id: 'l3',
    lecture_title: '강의',
    duration_seconds: 3000,
    watched_seconds: 4000,
    attended: 1,
    first_played_at: '2025-01-21T04:59:59.250Z',
    last_played_at: null,
  });
});

test.each([
  [3000, 2400, 1],
  [3000, 2399, 0],
  [35, 28, 1],
  [35, 27, 0],
  [0, 30, 0],
  [1, 0, 0],
  [1501, 1200, 0],
  [1501, 1201, 1],
])('of %i s, %i s watched: attended %i', (durationSeconds, watchedSeconds, attended) => {
  const world = emptyCohort();
  addRow(world, { skId: 'SK001', list: 'students', item: { studentId: 's1', name: '이름', status: 'active' } });
  world.keptVodLogs('s1', DATE)?.drop(() => true);
  const item = { period: 1, lectureId: 'l', lectureTitle: 't', durationSeconds, watchedSeconds };
  addRow(world, { skId: 'SK001', list: 'vodLogs', parentId: 's1', date: DATE, item });
  expect(expectedRows(world, DATE).openeg_vod_logs[0]?.attended).toBe(attended);
});

test('an absent field is NULL, like one that is null', () => {
  const world = emptyCohort();
  const add = (list: 'tasks' | 'pblProblems' | 'roadmapUnits', item: Record<string, unknown>) =>
    addRow(world, { skId: 'SK001', list, item });
  add('tasks', { taskId: 't1', title: '과제', submissionType: 'quiz', dueAt: null });
  add('pblProblems', { problemId: 'p1', title: '문제', maxScore: 12.5 });
  add('roadmapUnits', { unitId: 'u1', title: '단원', position: 2 });
  addRow(world, {
    skId: 'SK001',
    list: 'roadmapLessons',
    parentId: 'u1',
    item: { lessonId: 'l1', title: '차시', position: 1, durationSeconds: 0, progressRate: 0 },
  });
  expect(expectedRows(world, DATE)).toMatchObject({
    openeg_tasks: [
      { sk_id: 'SK001', task_id: 't1', title: '과제', submission_type: 'quiz', opens_at: null, due_at: null },
    ],
    openeg_pbl_problems: [{ problem_id: 'p1', max_score: 12.5, unit_id: null, due_at: null }],
    openeg_roadmap_units: [{ unit_id: 'u1', title: '단원', position: 2, progress_rate: null }],
    openeg_roadmap_lessons: [{ lesson_id: 'l1', unit_id: 'u1', position: 1, duration_seconds: 0, progress_rate: 0 }],
  });
});

test('rows are sorted by key, byte for byte', () => {
  const world = emptyCohort();
  for (const taskId of ['나', 'b', 'A', 'a', '😀', '가']) {
    addRow(world, { skId: 'SK001', list: 'tasks', item: { taskId, title: '', submissionType: 'text' } });
  }
  expect(expectedRows(world, DATE).openeg_tasks.map((row) => row.task_id)).toEqual(['A', 'a', 'b', '가', '나', '😀']);
});

test('the key of an inquiry is the hash of cohort and entry', () => {
  const world = emptyCohort();
  world.inquiries.add({ entryId: '문의-1', createdAt: '2025-01-20T09:00:00.5+09:00' });
  expect(expectedRows(world, DATE).openeg_entry_tracking).toEqual([
    {
      entry_hash: createHash('sha256').update('SK001\n문의-1').digest('hex'),
      sk_id: 'SK001',
      entry_id: '문의-1',
      created_at: '2025-01-20T00:00:00.500Z',
    },
  ]);
});

test('an instant is the same in every form, and generated days have all difficult cases', () => {
  const random = createRandom('instants');
  const forms = new Set<string>();
  for (let count = 0; count < 300; count++) {
    const epochMs = 1_737_331_200_000 + count * 86_399_750;
    const text = formatInstant(epochMs, random);
    expect(Date.parse(text)).toBe(epochMs);
    forms.add(text.slice(19).replaceAll(/\d/g, '0'));
  }
  expect(forms.size).toBeGreaterThan(6);

  const days = Array.from({ length: 300 }, (_, index) => generateVodLogs('seed', 'SK001', `s${index}`, DATE));
  const logs = days.flat();
  expect(days.some((day) => day.length === 0)).toBe(true);
  expect(days.some((day) => day.length === 8)).toBe(true);
  expect(logs.some((log) => log.watchedSeconds > log.durationSeconds && log.durationSeconds > 0)).toBe(true);
  expect(logs.some((log) => log.durationSeconds > 0 && log.watchedSeconds * 5 === log.durationSeconds * 4)).toBe(true);
  expect(logs.some((log) => log.durationSeconds === 0 && log.watchedSeconds > 0)).toBe(true);
  expect(new Set(logs.map((log) => log.firstPlayedAt === null || typeof log.firstPlayedAt)).size).toBe(3);
});

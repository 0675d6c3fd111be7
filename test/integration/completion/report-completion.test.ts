import { MockActivityEnvironment } from '@temporalio/testing';
import {
  createCompletionLmsActivities,
  type ReportCompletionInput,
  type ReportCompletionResult,
} from '../../../src/activities/completion/completion-lms-activities';
import { deactivateCohort } from '../../../src/adapters/database/accounts/cohorts';
import { importCohorts } from '../../../src/adapters/database/accounts/import-cohorts';
import { listOpenIncidents } from '../../../src/adapters/database/operations/incidents';
import {
  completionIdOf,
  findCompletion,
  insertCompletion,
} from '../../../src/adapters/database/completion/video-completions';
import { createSecretBox } from '../../../src/adapters/secret-box';
import type { LessonKey } from '../../../src/domain/completion/lesson-key';
import { updateIncidents } from '../../../src/monitoring/watchdog';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { createTestLmsClient, type TestLmsClient } from '../../support/lms-client';
import { startSimulator, type Simulator } from '../../support/simulator';

const COMPLETED_AT = new Date('2025-01-20T03:04:05.678Z');
const secretBox = createSecretBox(Buffer.alloc(32, 7));

let test: TestDatabase;
let simulator: Simulator;
let client: TestLmsClient;
let activities: ReturnType<typeof createCompletionLmsActivities>;

beforeEach(async () => {
  [test, simulator] = await Promise.all([createTestDatabase(), startSimulator({ cohorts: 0 })]);
  client = createTestLmsClient({ baseUrl: simulator.lmsUrl, database: test.database });
  activities = createCompletionLmsActivities({ database: test.database, secretBox, lms: client.lms });
});
afterEach(async () => {
  await client.access.close();
  await Promise.all([simulator.close(), test.drop()]);
});

async function importCohort(): Promise<void> {
  const { skId, loginId, password } =
    simulator.cohorts().find((cohort) => cohort.skId === 'SK001') ?? simulator.addCohort({ skId: 'SK001' });
  await importCohorts(test.database, secretBox, [{ skId, cohortName: '1기', loginId, password, chatWebhookUrl: null }]);
}

async function complete(changes: Partial<LessonKey> = {}): Promise<string> {
  const key = { projectNo: 'SK001', eduNo: 'E1', chasiNo: 'L1', memberNo: '회원-1', ...changes };
  const { sql, parameters } = insertCompletion(key, { at: COMPLETED_AT, progressRate: 0.8125 });
  await test.database.execute(sql, parameters);
  return completionIdOf(key);
}

const report = (input: ReportCompletionInput) =>
  new MockActivityEnvironment().run(activities.reportCompletion, input) as Promise<ReportCompletionResult>;
const watch = () => updateIncidents(test.database, { collectionTime: '02:00', dataTypes: ['vod'] });
const operatorsMessages = async () => {
  const rows = await test.database.query<{ content: string }>(
    "SELECT content FROM openeg_chat_outbox WHERE kind = 'operations' ORDER BY id",
  );
  return rows.map(({ content }) => content);
};
const incidents = async () => (await listOpenIncidents(test.database)).map(({ key }) => key);

it('reports a completion to the LMS once with every field, and records it', async () => {
  await importCohort();
  const completionId = await complete();
  expect(await report({ completionId })).toEqual({ outcome: 'reported' });
  expect(simulator.completions()).toMatchObject([
    {
      completionId,
      skId: 'SK001',
      memberNo: '회원-1',
      eduNo: 'E1',
      chasiNo: 'L1',
      progressRate: 0.8125,
      reports: 1,
    },
  ]);
  expect(new Date(simulator.completions()[0]!.completedAt)).toEqual(COMPLETED_AT);
  expect((await findCompletion(test.database, completionId))?.reportedAt).toBeInstanceOf(Date);
  expect(await report({ completionId })).toEqual({ outcome: 'reported' });
  expect(simulator.completions()).toHaveLength(1);
  expect(await incidents()).toEqual([]);
});

it('reports again if the first report was not recorded, and the LMS counts it once', async () => {
  await importCohort();
  const completionId = await complete();
  await report({ completionId });
  await test.database.execute('UPDATE openeg_video_completions SET reported_at = NULL');
  expect(await report({ completionId })).toEqual({ outcome: 'reported' });
  expect(simulator.completions()).toMatchObject([{ reports: 2 }]);
});

it('waits for an inactive cohort, with one incident that opens and ends once', async () => {
  await importCohort();
  await deactivateCohort(test.database, 'SK001');
  const [first, second] = [await complete(), await complete({ memberNo: 'M2' })];
  for (const completionId of [first, second, first]) {
    expect(await report({ completionId })).toMatchObject({ outcome: 'waiting', code: 'COHORT_INACTIVE' });
    await watch();
  }
  expect(await incidents()).toEqual(['completions-waiting/SK001/cohort']);
  await importCohort();
  for (const completionId of [first, second]) {
    expect(await report({ completionId })).toEqual({ outcome: 'reported' });
    await watch();
  }
  expect(await incidents()).toEqual([]);
  expect(await operatorsMessages()).toHaveLength(2);
});

it('waits for cohorts that nobody imported, with one incident for all of them', async () => {
  const forgotten = [await complete(), await complete({ memberNo: 'M2' })];
  const madeUp = [];
  for (let number = 0; number < 12; number += 1) madeUp.push(await complete({ projectNo: `A<users/all>${number}` }));
  for (const completionId of [...forgotten, ...madeUp]) {
    expect(await report({ completionId })).toMatchObject({ outcome: 'waiting', code: 'COHORT_UNKNOWN' });
    await watch();
  }
  expect(await incidents()).toEqual(['cohorts-unknown']);
  const [opened, ...others] = await operatorsMessages();
  expect(others).toEqual([]);
  expect(opened).toContain('등록되지 않은 기수 13개');
  expect(opened).toMatch(/: SK001, A.+ 외 3개/);
  expect(opened).not.toContain('<users/all>');

  await importCohort();
  for (const completionId of forgotten) {
    expect(await report({ completionId })).toEqual({ outcome: 'reported' });
  }
  await watch();
  expect(await incidents()).toEqual(['cohorts-unknown']);

  await test.database.execute("DELETE FROM openeg_video_completions WHERE project_no <> 'SK001'");
  await watch();
  expect(await incidents()).toEqual([]);
  expect(await operatorsMessages()).toHaveLength(2);
});

it('waits for an account with a wrong password, and logs in no second time', async () => {
  await importCohort();
  simulator.setPassword('SK001', 'another one');
  const completionId = await complete();
  expect(await report({ completionId })).toMatchObject({ outcome: 'waiting', code: 'LMS_ACCOUNT_REFUSED' });
  expect(await report({ completionId })).toMatchObject({ code: 'LMS_ACCOUNT_HELD' });
  expect(simulator.state().lms.wrongPasswords).toBe(1);
  await test.database.execute('UPDATE openeg_lms_accounts SET held_until = held_until - INTERVAL 3 MINUTE');
  await watch();
  // The account's incident says what to do.
  expect(await incidents()).toEqual([expect.stringMatching(/^account-held\//)]);
});

it('reports nothing of an erased learner', async () => {
  expect(await report({ completionId: 'erased' })).toEqual({ outcome: 'gone' });
});

it('refuses an invalid input', async () => {
  await expect(report({} as ReportCompletionInput)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
});

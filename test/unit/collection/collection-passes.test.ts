import type { DataType } from '../../../src/domain/collection/data-type';
import { learningDateSchema } from '../../../src/domain/shared/learning-date';
import { CollectionPasses, type CollectionPassesState } from '../../../src/workflows/collection/collection-passes';
import type { CohortCollectionInput } from '../../../src/workflows/contract';

const [first, second] = ['2025-01-20', '2025-01-21'].map((text) => learningDateSchema.parse(text)) as [never, never];
const requestedAt = '2025-03-01T00:00:00.000Z';
const dataTypes: DataType[] = ['vod', 'pbl', 'task', 'roadmap'];

const open = (skIds: string[], dates = [first], handedOn?: CollectionPassesState) =>
  new CollectionPasses({ skIds, dataTypes, requestedAt }, dates, handedOn);

function end(
  passes: CollectionPasses,
  { skId, date, dataTypes: asked }: CohortCollectionInput,
  failed: DataType[] = [],
) {
  const outcomes = asked.map((dataType) => {
    const reason = { code: 'LMS_UNAVAILABLE', message: 'It answered 500.' };
    return failed.includes(dataType)
      ? { dataType, stored: false, rowCount: 0, ...reason }
      : { dataType, stored: true, rowCount: 1 };
  });
  passes.note({ skId, date, outcomes }, 0);
}

/** Runs the pass, and returns its turns. */
function runPass(passes: CollectionPasses, failed: DataType[] = []): string[] {
  const turns: string[] = [];
  for (; passes.date !== undefined; passes.endDate()) {
    for (let turn = passes.take(); turn !== undefined; turn = passes.take()) {
      turns.push(`${turn.date} ${turn.skId} ${turn.dataTypes.join()}`);
      end(passes, turn, failed);
    }
  }
  return turns;
}

it('asks every cohort once, then for what is left', () => {
  const passes = open(['SK1', 'SK2']);
  expect(passes.turnsLeft).toBe(2);
  expect(runPass(passes, ['pbl', 'roadmap'])).toEqual([
    '2025-01-20 SK1 vod,pbl,task,roadmap',
    '2025-01-20 SK2 vod,pbl,task,roadmap',
  ]);
  expect(passes.startNext(0, undefined)).toBe(true);
  expect(passes).toMatchObject({ pass: 2, startsAtMs: 10_000, cohortsOfPass: 2, turnsLeft: 2 });
  expect(runPass(passes)).toEqual(['2025-01-20 SK1 pbl,roadmap', '2025-01-20 SK2 pbl,roadmap']);
  expect(passes.startNext(0, undefined)).toBe(false);
});

it('collects each date of a range once, then makes the passes over all that is left', () => {
  const passes = open(['SK1', 'SK2'], [first, second]);
  expect(runPass(passes, ['vod'])).toHaveLength(4);
  expect(passes.startNext(0, undefined)).toBe(true);
  expect(runPass(passes)).toEqual([
    '2025-01-20 SK1 vod',
    '2025-01-20 SK2 vod',
    '2025-01-21 SK1 vod',
    '2025-01-21 SK2 vod',
  ]);
});

it('makes the four passes of a re-run', () => {
  const passes = open(['SK1']);
  runPass(passes, ['task']);
  let further = 0;
  for (; passes.startNext(0, undefined); further += 1) runPass(passes, ['task']);
  expect(further).toBe(4);
});

it('goes on where it was handed on, as JSON', () => {
  const passes = open(['SK1', 'SK2', 'SK3'], [first, second]);
  end(passes, passes.take()!, ['vod']);
  end(passes, passes.take()!);
  const next = open(
    ['SK1', 'SK2', 'SK3'],
    [first, second],
    JSON.parse(JSON.stringify(passes.handOn())) as CollectionPassesState,
  );
  expect(next.turnsLeft).toBe(4);
  expect(runPass(next)).toEqual([
    '2025-01-20 SK3 vod,pbl,task,roadmap',
    '2025-01-21 SK1 vod,pbl,task,roadmap',
    '2025-01-21 SK2 vod,pbl,task,roadmap',
    '2025-01-21 SK3 vod,pbl,task,roadmap',
  ]);
  expect(next.startNext(0, undefined)).toBe(true);
  expect(runPass(next)).toEqual(['2025-01-20 SK1 vod']);
});

it('hands on a year of 1,000 cohorts that all failed in less than a payload holds', () => {
  const skIds = Array.from({ length: 1_000 }, (_, index) => `SK-2025-${index}`);
  const dates = Array.from({ length: 366 }, (_, day) =>
    learningDateSchema.parse(new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10)),
  );
  const passes = new CollectionPasses({ skIds, dataTypes, requestedAt }, dates);
  for (let turn = passes.take(); turn !== undefined; turn = passes.take()) end(passes, turn, dataTypes);
  expect(JSON.stringify(passes.handOn()).length).toBeLessThan(600_000);
});

it('asks nobody where nothing is to be collected', () => {
  const passes = new CollectionPasses({ skIds: ['SK1'], dataTypes: [], requestedAt }, [first]);
  expect(runPass(passes)).toEqual([]);
  expect(passes.startNext(0, undefined)).toBe(false);
});

import fc from 'fast-check';
import { DATA_TYPES, type DataType } from '../../../src/domain/collection/data-type';
import { learningDateSchema } from '../../../src/domain/shared/learning-date';
import {
  coversTrigger,
  statisticsTriggerBody,
  statisticsTriggersFor,
} from '../../../src/domain/collection/statistics-trigger';

const date = learningDateSchema.parse('2025-01-20');

it('writes the body that the contract describes, byte for byte', () => {
  expect(
    statisticsTriggerBody({ targetDate: date, skIds: ['SK1'], dataTypes: ['roadmap', 'task', 'pbl', 'vod'] }),
  ).toBe('{"sk_ids":["SK1"],"target_date":"2025-01-20","data_types":["vod","pbl","task","roadmap"]}');
});

it('groups cohorts with exactly the same set, sorted', () => {
  expect(
    statisticsTriggersFor(date, [
      { skId: 'SK3', dataTypes: ['pbl', 'vod'] },
      { skId: 'SK2', dataTypes: ['task'] },
      { skId: 'SK4', dataTypes: [] },
      { skId: 'SK1', dataTypes: ['vod', 'pbl'] },
    ]),
  ).toEqual([
    { targetDate: date, skIds: ['SK1', 'SK3'], dataTypes: ['vod', 'pbl'] },
    { targetDate: date, skIds: ['SK2'], dataTypes: ['task'] },
  ]);
});

it('names each cohort once, with its stored data types', () => {
  const stored = fc.uniqueArray(
    fc.record({ skId: fc.string({ minLength: 1 }), dataTypes: fc.subarray([...DATA_TYPES] as DataType[]) }),
    { selector: ({ skId }) => skId },
  );
  fc.assert(
    fc.property(stored, (cohorts) => {
      const triggers = statisticsTriggersFor(date, cohorts);
      const named = triggers.flatMap(({ skIds, dataTypes }) => skIds.map((skId) => [skId, dataTypes] as const));
      expect(new Map(named)).toEqual(
        new Map(cohorts.filter(({ dataTypes }) => dataTypes.length > 0).map((each) => [each.skId, each.dataTypes])),
      );
      expect(new Set(triggers.map(({ dataTypes }) => dataTypes.join())).size).toBe(triggers.length);
    }),
  );
});

it.each([
  { why: 'the same', newer: ['SK1'], types: ['vod'], covers: true },
  { why: 'more cohorts and types', newer: ['SK1', 'SK2'], types: ['vod', 'pbl'], covers: true },
  { why: 'another cohort', newer: ['SK2'], types: ['vod'], covers: false },
  { why: 'another type', newer: ['SK1'], types: ['pbl'], covers: false },
] as const)('covers an older trigger with $why: $covers', ({ newer, types, covers }) => {
  const older = { targetDate: date, skIds: ['SK1'], dataTypes: ['vod' as const] };
  expect(coversTrigger([{ targetDate: date, skIds: [...newer], dataTypes: [...types] }], older)).toBe(covers);
});

it('does not cover a trigger of another date', () => {
  const trigger = { targetDate: date, skIds: ['SK1'], dataTypes: ['vod' as const] };
  expect(coversTrigger([{ ...trigger, targetDate: learningDateSchema.parse('2025-01-21') }], trigger)).toBe(false);
});

it('covers an older trigger by several together, each cohort with each of its types', () => {
  const older = { targetDate: date, skIds: ['SK1', 'SK2'], dataTypes: ['vod' as const, 'pbl' as const] };
  const one = { targetDate: date, skIds: ['SK1'], dataTypes: ['vod' as const, 'pbl' as const, 'task' as const] };
  const other = { targetDate: date, skIds: ['SK2'], dataTypes: ['vod' as const] };
  expect(coversTrigger([one, other], older)).toBe(false);
  expect(coversTrigger([one, { ...other, dataTypes: ['pbl', 'vod'] }], older)).toBe(true);
});

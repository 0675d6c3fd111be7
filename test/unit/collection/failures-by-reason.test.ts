import { failuresByReason } from '../../../src/domain/collection/failures-by-reason';

it('groups failures of one cohort with one message, and no others', () => {
  const failure = (skId: string, dataType: 'vod' | 'pbl' | 'task', message: string) => ({ skId, dataType, message });
  expect(
    failuresByReason([
      failure('SK1', 'vod', 'refused'),
      failure('SK2', 'vod', 'refused'),
      failure('SK1', 'pbl', 'a page'),
      failure('SK1', 'task', 'refused'),
    ]),
  ).toEqual([
    { skId: 'SK1', dataTypes: ['vod', 'task'], message: 'refused' },
    { skId: 'SK2', dataTypes: ['vod'], message: 'refused' },
    { skId: 'SK1', dataTypes: ['pbl'], message: 'a page' },
  ]);
  expect(failuresByReason([])).toEqual([]);
});

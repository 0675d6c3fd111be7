import { hasStoredRoadmap, roadmapContents } from '../../../adapters/database/collection/roadmap';
import type { RoadmapUnit } from '../../../domain/collection/roadmap';
import type { Dataset } from './dataset';

export const roadmapDataset: Dataset<RoadmapUnit[]> = {
  gather: ({ lms, account, options }) => lms.getRoadmap(account, options),

  async doubt(db, skId, _date, units) {
    return units.length === 0 && (await hasStoredRoadmap(db, skId)) ? 'loss' : 'none';
  },

  contents: (skId, _date, units) => roadmapContents(skId, units),
};

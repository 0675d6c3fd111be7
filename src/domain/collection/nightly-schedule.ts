import { parseTimeOfDay } from '../shared/learning-date';

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * How the nightly collection is scheduled, in the words of Temporal's client, without its identifier. The command line
 * and a worker make the same Schedule of it.
 *
 * Nights missed while everything was down are made up for, each of them and in their order: `BUFFER_ALL` keeps every
 * missed start (`SKIP` would run one), and the window of a week is how far back they are looked for.
 *
 * @param collectionTime `HH:MM`, in Asia/Seoul
 */
export function nightlyScheduleOptions(collectionTime: string, taskQueue: string) {
  return {
    spec: { calendars: [parseTimeOfDay(collectionTime)], timezone: 'Asia/Seoul' },
    policies: { overlap: 'BUFFER_ALL' as const, catchupWindow: 7 * DAY_MS },
    action: {
      type: 'startWorkflow' as const,
      workflowType: 'nightlyCollection',
      workflowId: 'nightly-collection',
      taskQueue,
      args: [{}],
      staticSummary: 'Nightly collection of the day before',
      staticDetails:
        'One child for each cohort. What failed stands under Current Details, with what to do; then collect the date ' +
        'again: `openeg collect --date 2025-01-20`. Query: `progress`.',
    },
  };
}

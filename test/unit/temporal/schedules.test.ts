import { nightlySchedule } from '../../../src/temporal/schedules';
import { CORE_TASK_QUEUE } from '../../../src/workflows/contract';

/** One value, in the form in which Temporal describes a Schedule. */
const only = (value: number) => ({ start: value, end: value, step: 1 });

it.each([
  { time: '02:00', hour: 2, minute: 0 },
  { time: '23:59', hour: 23, minute: 59 },
  { time: '00:05', hour: 0, minute: 5 },
])('runs at $time in Seoul and makes up for each night of a week', ({ time, hour, minute }) => {
  expect(nightlySchedule(time)).toMatchObject({
    spec: { calendars: [{ hour: [only(hour)], minute: [only(minute)] }], timezone: 'Asia/Seoul' },
    policies: { overlap: 'BUFFER_ALL', catchupWindow: 7 * 24 * 60 * 60 * 1000 },
    action: { type: 'startWorkflow', workflowType: 'nightlyCollection', taskQueue: CORE_TASK_QUEUE, args: [{}] },
  });
});

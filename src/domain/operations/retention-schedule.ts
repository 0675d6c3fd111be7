/**
 * When old data is erased, in the words of Temporal's client: at 05:30 in Seoul, when the night's collection is over and
 * learners are few. A missed night needs no making up for: the next one erases the same rows.
 */
export function retentionScheduleOptions(taskQueue: string) {
  return {
    spec: { calendars: [{ hour: 5, minute: 30 }], timezone: 'Asia/Seoul' },
    policies: { overlap: 'SKIP' as const, catchupWindow: 60 * 60 * 1000 },
    action: {
      type: 'startWorkflow' as const,
      workflowType: 'dataRetention',
      workflowId: 'data-retention',
      taskQueue,
      args: [],
      staticSummary: 'Erases what is older than OPENEG_RETENTION_DAYS',
      staticDetails: 'Current Details say how many rows of each table were erased.',
    },
  };
}

/* What a worker runs: one export for each workflow type, under the type's name. */
export { applySchedule } from './apply-schedule';
export { checkLms } from './check-lms';

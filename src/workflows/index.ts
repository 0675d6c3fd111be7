/* What a worker runs: one export for each workflow type, under the type's name. */
export { alertDelivery } from './alert-delivery';
export { applySchedule } from './apply-schedule';
export { checkLms } from './check-lms';
export { cohortCollection } from './cohort-collection';
export { collectionReruns } from './collection-reruns';
export { completionReport } from './completion-report';
export { dataRetention } from './data-retention';
export { inquiryMonitor } from './inquiry-monitor';
export { nightlyCollection } from './nightly-collection';
export { statisticsTrigger } from './statistics-trigger';

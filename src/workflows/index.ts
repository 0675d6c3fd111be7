/* One export for each workflow type: the export's name is the type's name. */
export { alertDelivery } from './alerts/alert-delivery';
export { applySchedule } from './operations/apply-schedule';
export { checkLms } from './operations/check-lms';
export { cohortCollection } from './collection/cohort-collection';
export { collectionReruns } from './collection/collection-reruns';
export { completionReport } from './completion/completion-report';
export { dataRetention } from './people/data-retention';
export { inquiryMonitor } from './inquiries/inquiry-monitor';
export { nightlyCollection } from './collection/nightly-collection';
export { statisticsTrigger } from './collection/statistics-trigger';

export { missingInWords } from './lecture-tracker';
export { trackLecture } from './track-lecture';
export { mountCover } from './ui/mount-cover';
export { mountMessages } from './ui/mount-messages';
export { mountProgressBar } from './ui/mount-progress-bar';
export type { ProgressExplanation } from './api/progress-answer';
export type { Lesson } from './api/progress-api';
export type { LectureState, LectureTracker, TrackLectureOptions } from './lecture-tracker';
export type { LectureVideo } from './playback/lecture-video';

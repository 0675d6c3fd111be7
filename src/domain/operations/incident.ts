import { learningDateSchema, type LearningDate } from '../shared/learning-date';

export interface IncidentId {
  /** At most 190 characters, its kind first: `cohort-failing/SK001`. */
  key: string;
  /** Of an incident about a night's collection. All that is told of one date stands in one thread (contract section 2). */
  collectionDate?: LearningDate | undefined;
}

/** A trouble that operators are told of once when it begins, and once when it ends. */
export interface Incident extends IncidentId {
  /** What happened in the first line, what to do after it; in Korean, without secrets and learners. */
  summary: string;
}

/** Begins the key of every incident about a night that is not stored whole. */
export const NIGHT_MISSING = 'night-missing/';

export function nightMissingIncident(date: LearningDate): IncidentId {
  return { key: NIGHT_MISSING + date, collectionDate: date };
}

/** The inverse of `nightMissingIncident`; undefined for the key of another kind. */
export function nightOfIncident(key: string): LearningDate | undefined {
  if (!key.startsWith(NIGHT_MISSING)) return undefined;
  return learningDateSchema.safeParse(key.slice(NIGHT_MISSING.length)).data;
}

/** The statistics server was not told everything that is stored of the date. */
export function statisticsIncident(date: LearningDate): IncidentId {
  return { key: `statistics/${date}`, collectionDate: date };
}

import { learningDateSchema, type LearningDate } from '../shared/learning-date';

export interface IncidentId {
  /** At most 190 characters, its kind first: `cohort-failing/SK001`. `incidentKey` makes it. */
  key: string;
  /** Of an incident about a night's collection. All that is told of one date stands in one thread (contract section 2). */
  collectionDate?: LearningDate | undefined;
}

/** A trouble that operators are told of once when it begins, and once when it ends. */
export interface Incident extends IncidentId {
  /** The first line says the trouble, the others the remedy; in Korean, without secrets and learners. */
  summary: string;
}

const MAX_KEY_LENGTH = 190;

export function incidentKey(kind: string, subject: string): string {
  return Array.from(`${kind}/${subject}`).slice(0, MAX_KEY_LENGTH).join('');
}

/** Kinds of incidents about a learning date: its night is under way or not stored whole, its statistics are not sent. */
export const NIGHT_UNFINISHED = 'night-unfinished';
export const NIGHT_MISSING = 'night-missing';
export const STATISTICS = 'statistics';

export function dateIncident(kind: string, date: LearningDate): IncidentId {
  return { key: incidentKey(kind, date), collectionDate: date };
}

/** The inverse of `dateIncident`; undefined for an incident of another kind. */
export function dateOfIncident(key: string, kinds: readonly string[]): LearningDate | undefined {
  const kind = kinds.find((each) => key.startsWith(`${each}/`));
  return kind === undefined ? undefined : learningDateSchema.safeParse(key.slice(kind.length + 1)).data;
}

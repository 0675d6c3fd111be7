import { unionOf, type Segment } from '../../../src/domain/completion/watched-segments';
import { lessonName } from '../api/lesson';
import { fieldsOf, isTime, listOf, parseSegment } from '../api/progress-answer';
import type { Save } from './save';

const PREFIX = 'openeg:lecture:';
/** Lessons that one browser remembers; then those that were left the longest ago go, the saved ones first. */
const MOST_LESSONS = 50;
/** Parts of one lesson; the server keeps no more either. */
const MOST_PARTS = 1_000;

/** What a browser keeps of a lesson between visits. Times in milliseconds of the video. */
export interface KeptProgress {
  /** Where one stopped. */
  positionMs: number;
  /** Saves whose answer never came: they are sent again as they are. */
  sending: Save[];
  /** Watched, and in no save yet. */
  unsaved: Segment[];
}

export interface KeptProgressStore {
  read(): KeptProgress | undefined;
  write(kept: KeptProgress): void;
}

/** What is used of a browser's `Storage`. */
export interface TextStore {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, text: string): void;
  removeItem(key: string): void;
}

/**
 * One lesson's record in a browser's storage. A storage that is blocked, full or holds something else loses the record,
 * never the page. What another tab wrote in between (where tabs can't see each other) is merged, not overwritten.
 * @param storage asked each time, for a browser that blocks it throws
 */
export function createKeptProgressStore(
  name: string,
  storage: () => TextStore,
  nowMs: () => number,
): KeptProgressStore {
  const key = PREFIX + name;
  let lastText: string | null = null;

  return {
    read() {
      try {
        lastText = storage().getItem(key);
        return parseKept(lastText, name);
      } catch {
        return undefined;
      }
    },
    write(kept) {
      try {
        const store = storage();
        const foundText = store.getItem(key);
        const foreign = foundText === lastText ? undefined : parseKept(foundText, name);
        const text = JSON.stringify({ ...withForeign(kept, foreign), keptAt: nowMs() });
        const bringsUnsent = (): boolean =>
          ![unsentIn(null, name), unsentIn(foundText, name)].includes(unsentIn(text, name));
        if (putText(store, key, text, bringsUnsent)) lastText = text;
      } catch {
        // Blocked: it is lost.
      }
    },
  };
}

function withForeign(kept: KeptProgress, foreign: KeptProgress | undefined): KeptProgress {
  const parts =
    foreign === undefined ? [] : [...foreign.unsaved, ...foreign.sending.flatMap(({ body }) => body.segments)];
  return { ...kept, unsaved: unionOf([...kept.unsaved, ...parts]).slice(0, MOST_PARTS) };
}

/** A record that is not whole is none: what it holds was not written by this code for this lesson. */
function parseKept(text: string | null, name: string): KeptProgress | undefined {
  const { positionMs, sending, unsaved } = fieldsOf(parseJson(text));
  const saves = listOf(sending, (save) => parseSave(save, name));
  const parts = listOf(unsaved, parseSegment);
  if (!isTime(positionMs) || saves === undefined || parts === undefined) return undefined;
  return { positionMs, sending: saves, unsaved: unionOf(parts).slice(0, MOST_PARTS) };
}

function parseSave(value: unknown, name: string): Save | undefined {
  const { complete, body } = fieldsOf(value);
  const { projectNo, eduNo, chasiNo, memberNo, saveId, playbackRate, ...times } = fieldsOf(body);
  const lesson = {
    projectNo: String(projectNo),
    eduNo: String(eduNo),
    chasiNo: String(chasiNo),
    memberNo: String(memberNo),
  };
  const { totalVideoTime, currentVideoTime, completionVideoTime } = times;
  const segments = listOf(times.segments, parseSegment);
  if (lessonName(lesson) !== name || segments === undefined) return undefined;
  if (typeof complete !== 'boolean' || typeof saveId !== 'string' || typeof playbackRate !== 'number') return undefined;
  if (!isTime(totalVideoTime) || !isTime(currentVideoTime) || !isTime(completionVideoTime)) return undefined;
  return {
    complete,
    body: { ...lesson, totalVideoTime, currentVideoTime, completionVideoTime, saveId, playbackRate, segments },
  };
}

function parseJson(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return undefined;
  }
}

/** The progress of a record that the server has not answered, as a text to compare. */
function unsentIn(text: string | null, name: string): string {
  const kept = parseKept(text, name);
  return JSON.stringify([kept?.sending ?? [], kept?.unsaved ?? []]);
}

/**
 * Writes a record, and where there is no room forgets others for it, one at a time. If that does not help either, they
 * are put back.
 * @param bringsUnsent whether unsent progress of other lessons may go for it; not for a mere place where one stopped
 * @returns whether it is written
 */
function putText(store: TextStore, key: string, text: string, bringsUnsent: () => boolean): boolean {
  const isNew = store.getItem(key) === null;
  if (!isNew && fits(store, key, text)) return true;
  const others = othersByWorth(store, key);
  const forgettable = bringsUnsent() ? others : others.filter(({ isSaved }) => isSaved);
  let excess = isNew ? others.length - (MOST_LESSONS - 1) : 0;
  for (const other of forgettable) {
    if (excess <= 0 && fits(store, key, text)) return true;
    store.removeItem(other.key);
    excess -= 1;
  }
  if (excess <= 0 && fits(store, key, text)) return true;
  for (const other of forgettable) fits(store, other.key, other.text);
  return false;
}

function fits(store: TextStore, key: string, text: string): boolean {
  try {
    store.setItem(key, text);
    return true;
  } catch {
    return false;
  }
}

/** The records of other lessons, in the order in which they may be forgotten. */
function othersByWorth(store: TextStore, ownKey: string): { key: string; text: string; isSaved: boolean }[] {
  const keys = Array.from({ length: store.length }, (_, index) => store.key(index) ?? '');
  return keys
    .filter((key) => key.startsWith(PREFIX) && key !== ownKey)
    .map((key) => {
      const text = store.getItem(key) ?? '';
      const { keptAt, unsaved, sending } = fieldsOf(parseJson(text));
      const isSaved = [unsaved, sending].every((list) => !Array.isArray(list) || list.length === 0);
      return { key, text, isSaved, keptAt: isTime(keptAt) ? keptAt : 0 };
    })
    .sort((a, b) => Number(b.isSaved) - Number(a.isSaved) || a.keptAt - b.keptAt);
}

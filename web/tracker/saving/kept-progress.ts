import { unionOf, type Segment } from '../../../src/domain/completion/watched-segments';
import { lessonName } from '../api/lesson';
import { fieldsOf, isTime, listOf, parseSegment } from '../api/progress-answer';
import type { Save } from './save';

const PREFIX = 'openeg:lecture:';
/** A browser remembers this many lessons. Then it forgets lessons without unsaved progress, the oldest first. */
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
        if (foundText === null) forgetSavedLessons(store, key, MOST_LESSONS - 1);
        try {
          store.setItem(key, text);
        } catch {
          forgetSavedLessons(store, key, 0);
          store.setItem(key, text);
        }
        lastText = text;
      } catch {
        // The storage is blocked, or full of other data: the record lives in this page only.
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

/** Forgets the oldest lessons without unsaved progress until at most `mostOthers` other lessons are left. */
function forgetSavedLessons(store: TextStore, ownKey: string, mostOthers: number): void {
  const keys = Array.from({ length: store.length }, (_, index) => store.key(index) ?? '');
  const others = keys.filter((key) => key.startsWith(PREFIX) && key !== ownKey);
  const saved = others
    .map((key) => ({ key, record: fieldsOf(parseJson(store.getItem(key))) }))
    .filter(({ record }) => [record.sending, record.unsaved].every(isNothing))
    .sort((a, b) => keptAtMs(a.record) - keptAtMs(b.record));
  for (const { key } of saved.slice(0, Math.max(0, others.length - mostOthers))) store.removeItem(key);
}

function isNothing(list: unknown): boolean {
  return !Array.isArray(list) || list.length === 0;
}

function keptAtMs({ keptAt }: Record<string, unknown>): number {
  return isTime(keptAt) ? keptAt : 0;
}

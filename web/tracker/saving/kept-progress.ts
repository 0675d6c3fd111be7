import { unionOf, type Segment } from '../../../src/domain/completion/watched-segments';
import { fieldsOf, isTime, listOf, parseSegment } from '../api/progress-answer';
import { lessonName, type Save } from '../api/progress-api';

const KEY_PREFIX = 'openeg:lecture:';
/** A browser remembers this many lessons. Then it forgets lessons without unsaved progress, the oldest first. */
const MOST_LESSONS = 50;
/** Parts of one lesson. The server keeps no more either. */
const MOST_PARTS = 1_000;

/** What a browser keeps of a lesson between visits. Times are milliseconds of the video. */
export interface KeptProgress {
  /** Where the learner stopped. */
  positionMs: number;
  /** Saves without an answer. The next visit sends them again unchanged. */
  sending: Save[];
  /** Watched parts that are in no save yet. */
  unsaved: Segment[];
}

export interface KeptProgressStore {
  read(): KeptProgress | undefined;
  write(kept: KeptProgress): void;
}

/** The members of a browser's `Storage` that are used here. */
export interface TextStore {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, text: string): void;
  removeItem(key: string): void;
}

/**
 * Keeps one lesson's progress in a browser's storage. A storage that is blocked, full or damaged loses the progress, and
 * never throws. Where tabs cannot lock the lecture, another tab may write under the same key: `write` merges both.
 * @param name the lesson's `lessonName`
 * @param storage is called each time, because it throws in a browser that blocks the storage
 */
export function createKeptProgressStore(
  name: string,
  storage: () => TextStore,
  nowMs: () => number,
): KeptProgressStore {
  const key = KEY_PREFIX + name;
  /** What this tab read or wrote last. Another text comes from another tab. */
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
        const ofOtherTab = foundText === lastText ? undefined : parseKept(foundText, name);
        const text = JSON.stringify({ ...merged(kept, ofOtherTab), keptAt: nowMs() });
        if (foundText === null) forgetSavedLessons(store, key, MOST_LESSONS - 1);
        try {
          store.setItem(key, text);
        } catch {
          forgetSavedLessons(store, key, 0);
          store.setItem(key, text);
        }
        lastText = text;
      } catch {
        // The storage is blocked, or full of other data: the progress lives in this page until it is saved.
      }
    },
  };
}

function merged(kept: KeptProgress, ofOtherTab: KeptProgress | undefined): KeptProgress {
  const parts =
    ofOtherTab === undefined ? [] : [...ofOtherTab.unsaved, ...ofOtherTab.sending.flatMap(({ body }) => body.segments)];
  return { ...kept, unsaved: unionOf([...kept.unsaved, ...parts]).slice(0, MOST_PARTS) };
}

/** @returns undefined for a text that the tracker did not write for this lesson */
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
  const others = keys.filter((key) => key.startsWith(KEY_PREFIX) && key !== ownKey);
  const saved = others
    .map((key) => ({ key, kept: fieldsOf(parseJson(store.getItem(key))) }))
    .filter(({ kept }) => [kept.sending, kept.unsaved].every(isNothing))
    .sort((a, b) => keptAtMs(a.kept) - keptAtMs(b.kept));
  for (const { key } of saved.slice(0, Math.max(0, others.length - mostOthers))) store.removeItem(key);
}

function isNothing(list: unknown): boolean {
  return !Array.isArray(list) || list.length === 0;
}

function keptAtMs({ keptAt }: Record<string, unknown>): number {
  return isTime(keptAt) ? keptAt : 0;
}

import { isEnough, isShortVideo, neededMs, saveIntervalMs } from '../../../src/domain/completion/completion-rule';
import { lengthOf, unionOf, withinVideo, type Segment } from '../../../src/domain/completion/watched-segments';
import type { ExplainedAnswer, ProgressAnswer } from '../api/progress-answer';
import type { Lesson, Save } from '../api/progress-api';
import type { KeptProgress } from './kept-progress';

/** One save contains at most this many parts. The next save contains the others. */
const MOST_PARTS_OF_A_SAVE = 200;

/** The API accepts rates up to this one. */
const HIGHEST_RATE = 100;

/** A page that closes may leave less than this to the next visit. */
const LEFT_FOR_NEXT_VISIT_MS = 1_500;

/** Why a save may be due (contract section 7, "save interval"). */
export type SaveOccasion = 'played' | 'paused' | 'sought' | 'ended' | 'left' | 'returned';

export interface Playback {
  positionMs: number;
  /** The video's `playbackRate`. */
  rate: number;
}

/**
 * The watched parts of one lesson, in three lists: saved at the server, in a save without an answer, or unsaved. A moment is
 * always in at least one list, so nothing is lost. It may be in two, because the server counts each moment once.
 */
export class Ledger {
  completed = false;
  completedAt: string | null = null;
  readonly #lesson: Lesson;
  /** 0 until the server names a length. */
  #serverLengthMs = 0;
  /** The length that the video names now. 0 while it names none. */
  #videoLengthMs = 0;
  #saved: Segment[] = [];
  #sending: Save[] = [];
  #unsaved: Segment[] = [];
  readonly #saveIdsOfEarlierVisits = new Set<string>();
  /** A part that was played again is included, so a loop of five seconds is saved too. */
  #playedSinceSaveMs = 0;
  #isDue = false;
  /** Enough was watched already at the last occasion. The save that completes the lesson is due only once. */
  #wasEnough = false;
  /** The server knows a longer length, so `/complete` refuses the lesson. */
  #isTooLongForComplete = false;

  constructor(lesson: Lesson) {
    this.#lesson = lesson;
  }

  /** The server's length, because the server decides by it. The video's length until then, and 0 while both are unknown. */
  get lengthMs(): number {
    return this.#serverLengthMs > 0 ? this.#serverLengthMs : this.#videoLengthMs;
  }

  get savedParts(): Segment[] {
    return withinVideo(this.#saved, this.lengthMs);
  }

  get watchedParts(): Segment[] {
    return withinVideo(unionOf([...this.#saved, ...partsOf(this.#sending), ...this.#unsaved]), this.lengthMs);
  }

  /** Time that is missing to completion. */
  get missingMs(): number {
    return Math.max(0, neededMs(this.lengthMs) - lengthOf(this.watchedParts));
  }

  /** @param lengthMs 0 when the video names none */
  setVideoLength(lengthMs: number): void {
    this.#videoLengthMs = lengthMs;
  }

  /** Takes over the progress that an earlier visit, or a tab that is closed, kept in the browser. */
  restore(kept: KeptProgress): void {
    const known = new Set(this.#sending.map(({ body }) => body.saveId));
    const earlier = kept.sending.filter(({ body }) => !known.has(body.saveId));
    for (const { body } of earlier) this.#saveIdsOfEarlierVisits.add(body.saveId);
    this.#sending.push(...earlier);
    this.#unsaved = unionOf([...this.#unsaved, ...kept.unsaved]);
  }

  /** Adds a part that was played. */
  add(part: Segment): void {
    // A completed short video needs no further save.
    if (this.completed && this.#hasSingleSave()) this.#saved = unionOf([...this.#saved, part]);
    else this.#unsaved = unionOf([...this.#unsaved, part]);
    this.#playedSinceSaveMs += part[1] - part[0];
  }

  /** Decides whether a save is due. If so, `nextSave` makes it. */
  decideIfDue(occasion: SaveOccasion): void {
    if (this.#unsaved.length === 0) return;
    if (this.#hasSingleSave()) {
      const isItsOccasion = occasion === 'ended' || occasion === 'left' || occasion === 'returned';
      this.#isDue ||= isItsOccasion && isEnough(lengthOf(this.watchedParts), this.lengthMs);
    } else {
      const isEnoughNow = this.missingMs === 0;
      const completesNow = isEnoughNow && !this.#wasEnough;
      this.#wasEnough = isEnoughNow;
      const isIntervalOver = this.#playedSinceSaveMs >= saveIntervalMs(this.lengthMs);
      this.#isDue ||= occasion !== 'played' || isIntervalOver || completesNow;
    }
  }

  /** The oldest save without an answer. Without one: a new save, if one is due. */
  nextSave(playback: Playback): Save | undefined {
    if (this.#sending.length === 0 && this.#isDue) this.#makeSave(playback);
    return this.#sending[0];
  }

  /**
   * A second save beside the one that has no answer yet, for a page that closes. There is none when the unsaved part is so
   * short that the next visit may send it.
   */
  lastSave(playback: Playback): Save | undefined {
    if (!this.#isDue || this.#sending.length > 1 || lengthOf(this.#unsaved) < LEFT_FOR_NEXT_VISIT_MS) return undefined;
    return this.#makeSave(playback);
  }

  /**
   * The server counted a save.
   * @returns whether it counted what the save contains. If not, the server's parts have to be read
   */
  confirm(save: Save, answer: ProgressAnswer): boolean {
    this.#removeFromSending(save);
    this.#saved = unionOf([...this.#saved, ...save.body.segments]);
    this.#apply(answer);
    return lengthOf(this.savedParts) === answer.completionVideoTime;
  }

  /** The server will never accept this save: its parts are unsaved again. */
  returnSave(save: Save): void {
    this.#removeFromSending(save);
    this.#unsaved = unionOf([...this.#unsaved, ...save.body.segments]);
  }

  /** Returns every save that has no answer. */
  returnAllSaves(): void {
    for (const save of this.#sending) this.returnSave(save);
  }

  /**
   * Whether the server may accept the parts of a refused save in a new save: an earlier visit made the refused one, or it
   * names another length than a new one would.
   */
  isOutdated({ body }: Save): boolean {
    return this.#saveIdsOfEarlierVisits.has(body.saveId) || body.totalVideoTime !== this.#claimedLengthMs();
  }

  /** The server refused a short video as too long for `/complete`: saves it at intervals, and now. */
  saveAtIntervals(): void {
    this.#isTooLongForComplete = true;
    this.#isDue = this.#unsaved.length > 0;
  }

  /** @param confirmedMeanwhile saves that the server counted while `answer` was on its way */
  applyExplained(answer: ExplainedAnswer, confirmedMeanwhile: readonly Save[]): void {
    this.#apply(answer);
    this.#saved = unionOf([...answer.explanation.credited, ...partsOf(confirmedMeanwhile)]);
  }

  /** What the browser has to keep until the server counted it. */
  kept(positionMs: number): KeptProgress {
    return { positionMs, sending: this.#sending, unsaved: this.#unsaved };
  }

  /** @returns undefined when nothing is unsaved, or while no length is known */
  #makeSave({ positionMs, rate }: Playback): Save | undefined {
    const totalMs = this.#claimedLengthMs();
    if (totalMs === 0) return undefined;
    this.#isDue = this.#unsaved.length > MOST_PARTS_OF_A_SAVE;
    const segments = withinVideo(this.#unsaved.slice(0, MOST_PARTS_OF_A_SAVE), totalMs);
    this.#unsaved = this.#unsaved.slice(MOST_PARTS_OF_A_SAVE);
    this.#playedSinceSaveMs = 0;
    if (segments.length === 0) return undefined;
    const save: Save = {
      complete: this.#hasSingleSave(),
      body: {
        ...this.#lesson,
        totalVideoTime: totalMs,
        currentVideoTime: Math.min(positionMs, totalMs),
        completionVideoTime: lengthOf(segments),
        saveId: createSaveId(),
        // The server does not decide by the rate, but it refuses 0 and negative rates. They must not cost watched time.
        playbackRate: rate > 0 ? Math.min(rate, HIGHEST_RATE) : 1,
        segments,
      },
    };
    this.#sending.push(save);
    return save;
  }

  #removeFromSending(save: Save): void {
    this.#sending = this.#sending.filter(({ body }) => body.saveId !== save.body.saveId);
  }

  #apply({ completed, completedAt, totalVideoTime }: ProgressAnswer): void {
    if (totalVideoTime > 0) this.#serverLengthMs = totalVideoTime;
    this.completed ||= completed;
    this.completedAt ??= completedAt;
  }

  /** The length that a save names: the video's, because the server compares it with its own. */
  #claimedLengthMs(): number {
    return this.#videoLengthMs > 0 ? this.#videoLengthMs : this.#serverLengthMs;
  }

  /** A short video is saved by one call of `/complete`, others at intervals. */
  #hasSingleSave(): boolean {
    return isShortVideo(this.lengthMs) && !this.#isTooLongForComplete;
  }
}

function partsOf(saves: readonly Save[]): Segment[] {
  return saves.flatMap(({ body }) => body.segments);
}

/** A random UUID, version 4. `crypto.randomUUID` is missing on pages that are not a secure context. */
export function createSaveId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

import { isEnough, isShortVideo, neededMs, saveIntervalMs } from '../../../src/domain/completion/completion-rule';
import { lengthOf, unionOf, withinVideo, type Segment } from '../../../src/domain/completion/watched-segments';
import type { KeptProgress } from './kept-progress';
import type { Lesson } from '../api/lesson';
import type { ExplainedAnswer, ProgressAnswer } from '../api/progress-answer';
import type { Save } from './save';
import { createSaveId } from './save-id';

/** Parts of one save; what is beyond goes with the next one. */
const MOST_PARTS_OF_A_SAVE = 200;

/** The API takes rates up to this one. */
const HIGHEST_RATE = 100;

/** What a page that closes may leave for the next visit. */
const LEFT_FOR_NEXT_VISIT_MS = 1_500;

/** Why a save might be due: contract section 7, "save interval". */
export type SaveOccasion = 'played' | 'paused' | 'sought' | 'ended' | 'left' | 'returned';

export interface Playback {
  positionMs: number;
  /** The video's `playbackRate`. */
  rate: number;
}

/**
 * What is watched of one lesson, and how far it got: on the server, on its way, or neither. A moment is never in none of
 * the three, so nothing is lost, and it does not matter when it is in two, for the server counts it once.
 */
export class Ledger {
  completed = false;
  completedAt: string | null = null;
  private readonly lesson: Lesson;
  /** 0 until the server names one. */
  private serverLengthMs = 0;
  /** As the video tells it now; 0 while it does not. */
  private videoLengthMs = 0;
  private saved: Segment[] = [];
  private sending: Save[] = [];
  /** Ids of saves that an earlier visit made. */
  private readonly adopted = new Set<string>();
  private unsaved: Segment[] = [];
  /** Played since the last save, a part played again included: a loop of five seconds is saved as well. */
  private sinceSaveMs = 0;
  private isDue = false;
  /** The moment that completes a lesson is saved at once; the server may see it otherwise. */
  private wasEnough = false;
  /** The server takes this lesson for longer than `/complete` may complete. */
  private tooLongForOneCall = false;

  constructor(lesson: Lesson) {
    this.lesson = lesson;
  }

  /** The server's length once it named one, for that picks the rules; this video's before. 0 while both are unknown. */
  get lengthMs(): number {
    return this.serverLengthMs > 0 ? this.serverLengthMs : this.videoLengthMs;
  }

  get savedParts(): Segment[] {
    return withinVideo(this.saved, this.lengthMs);
  }

  get watchedParts(): Segment[] {
    const onTheirWay = this.sending.flatMap(({ body }) => body.segments);
    return withinVideo(unionOf([...this.saved, ...onTheirWay, ...this.unsaved]), this.lengthMs);
  }

  get missingMs(): number {
    return Math.max(0, neededMs(this.lengthMs) - lengthOf(this.watchedParts));
  }

  /** The length that the video tells now, 0 when it tells none; what the server said stays. */
  noteLength(lengthMs: number): void {
    this.videoLengthMs = lengthMs;
  }

  /** Takes over what an earlier visit, or a tab that is gone, left in the browser. */
  adopt(kept: KeptProgress): void {
    const known = new Set(this.sending.map(({ body }) => body.saveId));
    const earlier = kept.sending.filter(({ body }) => !known.has(body.saveId));
    for (const { body } of earlier) this.adopted.add(body.saveId);
    this.sending.push(...earlier);
    this.unsaved = unionOf([...this.unsaved, ...kept.unsaved]);
  }

  add(part: Segment): void {
    // After its one call there is nothing more to tell of a short video.
    if (this.completed && this.isOneCall()) this.saved = unionOf([...this.saved, part]);
    else this.unsaved = unionOf([...this.unsaved, part]);
    this.sinceSaveMs += part[1] - part[0];
  }

  /** Notes whether a save is due now; `next` then cuts it. */
  note(occasion: SaveOccasion): void {
    if (this.unsaved.length === 0) return;
    if (this.isOneCall()) {
      const watchedMs = lengthOf(this.watchedParts);
      const isItsCall = occasion === 'ended' || occasion === 'left' || occasion === 'returned';
      this.isDue ||= isItsCall && isEnough(watchedMs, this.lengthMs);
    } else {
      const isEnoughNow = this.missingMs === 0;
      const completes = isEnoughNow && !this.wasEnough;
      this.wasEnough = isEnoughNow;
      this.isDue ||= occasion !== 'played' || this.sinceSaveMs >= saveIntervalMs(this.lengthMs) || completes;
    }
  }

  /** The oldest save without an answer, or a new one when one is due. */
  next(playback: Playback): Save | undefined {
    if (this.sending.length === 0 && this.isDue) this.cut(playback);
    return this.sending[0];
  }

  /**
   * For a page that closes while another save is on its way: a save of its own, unless it would hold so little that the
   * next visit may bring it.
   */
  cutLast(playback: Playback): Save | undefined {
    if (!this.isDue || this.sending.length > 1 || lengthOf(this.unsaved) < LEFT_FOR_NEXT_VISIT_MS) return undefined;
    return this.cut(playback);
  }

  /** Makes a save of what is in none. @returns undefined when there is nothing, or no length that it could name */
  private cut({ positionMs, rate }: Playback): Save | undefined {
    const totalMs = this.claimedLengthMs();
    if (totalMs === 0) return undefined;
    this.isDue = this.unsaved.length > MOST_PARTS_OF_A_SAVE;
    const segments = withinVideo(this.unsaved.slice(0, MOST_PARTS_OF_A_SAVE), totalMs);
    this.unsaved = this.unsaved.slice(MOST_PARTS_OF_A_SAVE);
    this.sinceSaveMs = 0;
    if (segments.length === 0) return undefined;
    const save: Save = {
      complete: this.isOneCall(),
      body: {
        ...this.lesson,
        totalVideoTime: totalMs,
        currentVideoTime: Math.min(positionMs, totalMs),
        completionVideoTime: lengthOf(segments),
        saveId: createSaveId(),
        // For the record alone: a video that stands still, or runs backwards, must not cost what was played before.
        playbackRate: rate > 0 ? Math.min(rate, HIGHEST_RATE) : 1,
        segments,
      },
    };
    this.sending.push(save);
    return save;
  }

  /** @returns whether the server counted what was expected; if not, its parts are to be asked for */
  settle(save: Save, answer: ProgressAnswer): boolean {
    this.sending = this.sending.filter(({ body }) => body.saveId !== save.body.saveId);
    this.saved = unionOf([...this.saved, ...save.body.segments]);
    this.take(answer);
    return lengthOf(this.savedParts) === answer.completionVideoTime;
  }

  /** Takes a save apart that the server will never take under this id. */
  giveBack(save: Save): void {
    this.sending = this.sending.filter(({ body }) => body.saveId !== save.body.saveId);
    this.unsaved = unionOf([...this.unsaved, ...save.body.segments]);
  }

  /** The same with every save that waits for an answer. */
  giveBackAll(): void {
    for (const save of this.sending) this.giveBack(save);
  }

  /** Whether the server may take what it refused when it is cut anew: it is of an earlier visit, or names another length. */
  isOutdated({ body }: Save): boolean {
    return this.adopted.has(body.saveId) || body.totalVideoTime !== this.claimedLengthMs();
  }

  sendInParts(): void {
    this.tooLongForOneCall = true;
    this.isDue = this.unsaved.length > 0;
  }

  /** @param settledMeanwhile saves that were answered while this answer was on its way */
  takeExplained(answer: ExplainedAnswer, settledMeanwhile: readonly Save[]): void {
    this.take(answer);
    this.saved = unionOf([...answer.explanation.credited, ...settledMeanwhile.flatMap(({ body }) => body.segments)]);
  }

  kept(positionMs: number): KeptProgress {
    return { positionMs, sending: this.sending, unsaved: this.unsaved };
  }

  private take({ completed, completedAt, totalVideoTime }: ProgressAnswer): void {
    if (totalVideoTime > 0) this.serverLengthMs = totalVideoTime;
    this.completed ||= completed;
    this.completedAt ??= completedAt;
  }

  /** What a save says: this video's length, for the server compares it with its own. */
  private claimedLengthMs(): number {
    return this.videoLengthMs > 0 ? this.videoLengthMs : this.serverLengthMs;
  }

  private isOneCall(): boolean {
    return isShortVideo(this.lengthMs) && !this.tooLongForOneCall;
  }
}

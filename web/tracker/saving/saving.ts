import { createCallLoop, type CallLoop, type Refusal } from '../api/call-loop';
import type { ExplainedAnswer, ProgressAnswer, ProgressExplanation } from '../api/progress-answer';
import type { ProgressApi, Save } from '../api/progress-api';
import type { KeptProgressStore } from './kept-progress';
import type { Ledger, Playback, SaveOccasion } from './ledger';

/** The browser keeps the progress at each this much of the video, because a browser may be killed. */
const KEEP_EACH_MS = 1_000;

export interface SavingParts {
  ledger: Ledger;
  api: ProgressApi;
  store: KeptProgressStore;
  playback(): Playback;
  retryDelaysMs: readonly number[];
  onChange(): void;
}

/** Sends the ledger's saves to the server, and keeps in the browser what the server has not counted yet. */
export class Saving {
  /** Five tries of a save failed. */
  isFailing = false;
  /** Why a save fails, or the code of the refusal that stopped saving. */
  problem: string | undefined;
  explanation: ProgressExplanation | undefined;
  /** The server refused a save for good. It would refuse the next one too, so nothing is sent until the next visit. */
  #isHalted = false;
  /** The parts of a refused save were put into a new save. This happens once until the server counts a save. */
  #wasRemade = false;
  #confirmedDuringRead: Save[] = [];
  /** The position that the browser kept last. */
  #keptPositionMs = 0;

  readonly #ledger: Ledger;
  readonly #api: ProgressApi;
  readonly #store: KeptProgressStore;
  readonly #playback: () => Playback;
  readonly #onChange: () => void;
  readonly #loop: CallLoop;

  constructor({ ledger, api, store, playback, retryDelaysMs, onChange }: SavingParts) {
    this.#ledger = ledger;
    this.#api = api;
    this.#store = store;
    this.#playback = playback;
    this.#onChange = onChange;
    this.#loop = createCallLoop<Save, ProgressAnswer>({
      next: () => this.#nextSave(),
      send: (save) => api.send(save),
      onAnswer: (save, answer) => this.#confirm(save, answer),
      onRefusal: (save, refusal) => this.#refuse(save, refusal),
      onTrouble: (trouble) => {
        this.isFailing = trouble !== undefined;
        this.problem = trouble;
        onChange();
      },
      retryDelaysMs,
    });
  }

  /** Call it after something was played, or happened. */
  saveIfDue(occasion: SaveOccasion): void {
    this.#ledger.decideIfDue(occasion);
    const movedMs = Math.abs(this.#playback().positionMs - this.#keptPositionMs);
    if (occasion !== 'played' || movedMs >= KEEP_EACH_MS) this.#keep();
    this.#loop.run();
  }

  /** Sends at once what can be sent, because the page may close. */
  flush(): void {
    this.#loop.runNow();
    const save = this.#isHalted ? undefined : this.#ledger.lastSave(this.#playback());
    if (save === undefined) return;
    this.#keep();
    void this.#api.send(save).then((outcome) => {
      if (outcome.kind === 'answered') this.#confirm(save, outcome.answer);
    });
  }

  /** Tries at once a save that waits for its next try. */
  retryNow(): void {
    this.#loop.runNow();
  }

  /** Reads which parts the server counted, and why not more. */
  async refresh(): Promise<void> {
    this.#confirmedDuringRead = [];
    const outcome = await this.#api.read();
    if (outcome.kind === 'answered') this.applyExplained(outcome.answer);
  }

  applyExplained(answer: ExplainedAnswer): void {
    this.explanation = answer.explanation;
    this.#ledger.applyExplained(answer, this.#confirmedDuringRead);
    this.#confirmedDuringRead = [];
    this.#onChange();
  }

  stop(): void {
    this.#loop.stop();
  }

  #nextSave(): Save | undefined {
    const save = this.#isHalted ? undefined : this.#ledger.nextSave(this.#playback());
    // Kept before it is sent: the next visit must send the same body with the same id.
    if (save !== undefined) this.#keep();
    return save;
  }

  #confirm(save: Save, answer: ProgressAnswer): void {
    this.#wasRemade = false;
    this.#confirmedDuringRead.push(save);
    const isAsExpected = this.#ledger.confirm(save, answer);
    this.#keep();
    this.#onChange();
    if (!isAsExpected) void this.refresh();
  }

  #refuse(save: Save, { status, code }: Refusal): void {
    this.#ledger.returnSave(save);
    const isOutdated = (status === 400 || status === 422) && this.#ledger.isOutdated(save);
    if (status === 409 && save.complete) {
      // Not enough time has passed to watch that much. The end of the video, or leaving, makes the call once more.
    } else if (code === 'VIDEO_TOO_LONG') {
      this.#ledger.saveAtIntervals();
    } else if ((status === 409 || isOutdated) && !this.#wasRemade) {
      this.#wasRemade = true;
      // The saves behind it may be outdated too. One new save contains them all.
      this.#ledger.returnAllSaves();
      this.#ledger.decideIfDue('returned');
    } else {
      this.#isHalted = true;
      this.problem = code;
    }
    this.#keep();
    this.#onChange();
  }

  #keep(): void {
    const { positionMs } = this.#playback();
    this.#keptPositionMs = positionMs;
    this.#store.write(this.#ledger.kept(positionMs));
  }
}

import { createCallLoop, type Refusal } from '../api/call-loop';
import type { KeptProgressStore } from './kept-progress';
import type { Ledger, Playback, SaveOccasion } from './ledger';
import type { ProgressApi } from '../api/progress-api';
import type { ExplainedAnswer, ProgressAnswer, ProgressExplanation } from '../api/progress-answer';
import type { Save } from './save';

/** Kept in the browser each this much of the video, for when it is killed. */
const KEEP_EACH_MS = 1_000;

export interface SavingParts {
  ledger: Ledger;
  api: ProgressApi;
  store: KeptProgressStore;
  playback(): Playback;
  retryDelaysMs: readonly number[];
  onChange(): void;
}

export interface Saving {
  /** Five tries of a save have failed. */
  readonly isFailing: boolean;
  /** What is wrong with saving: why it fails, or the code with which the server refused it for good. */
  readonly problem: string | undefined;
  readonly explanation: ProgressExplanation | undefined;
  /** To be called whenever something was played, or happened. */
  note(occasion: SaveOccasion): void;
  /** What can be sent is sent at once: the page may be gone in a moment. */
  leave(): void;
  retryNow(): void;
  takeExplained(answer: ExplainedAnswer): void;
  refresh(): Promise<void>;
  stop(): void;
}

/** Brings what the ledger holds to the server, and keeps in the browser what is not there yet. */
export function createSaving({ ledger, api, store, playback, retryDelaysMs, onChange }: SavingParts): Saving {
  let isFailing = false;
  let problem: string | undefined;
  /** The server refused a save for good: what follows would be refused too, and waits for the next visit. */
  let isHalted = false;
  /** What was refused was cut anew once; not again before a save was answered. */
  let wasCutAnew = false;
  let explanation: ProgressExplanation | undefined;
  let settledDuringRead: Save[] = [];
  let keptAtMs = 0;

  const loop = createCallLoop<Save, ProgressAnswer>({
    next() {
      const save = isHalted ? undefined : ledger.next(playback());
      // Before it is sent: whoever comes after this page must send the same body with the same id.
      if (save !== undefined) keep();
      return save;
    },
    send: (save) => api.send(save),
    onAnswer: settle,
    onRefusal: refuse,
    onTrouble(trouble) {
      isFailing = trouble !== undefined;
      problem = trouble;
      onChange();
    },
    retryDelaysMs,
  });

  function keep(): void {
    const { positionMs } = playback();
    keptAtMs = positionMs;
    store.write(ledger.kept(positionMs));
  }

  function settle(save: Save, answer: ProgressAnswer): void {
    wasCutAnew = false;
    settledDuringRead.push(save);
    const isAsExpected = ledger.settle(save, answer);
    keep();
    onChange();
    if (!isAsExpected) void refresh();
  }

  function refuse(save: Save, { status, code }: Refusal): void {
    ledger.giveBack(save);
    const isOutdated = (status === 400 || status === 422) && ledger.isOutdated(save);
    if (status === 409 && save.complete) {
      // Not enough of it can have been watched yet: its call is made again when the video ends, or is left, once more.
    } else if (code === 'VIDEO_TOO_LONG') {
      ledger.sendInParts();
    } else if ((status === 409 || isOutdated) && !wasCutAnew) {
      wasCutAnew = true;
      // Those that wait behind it may be as old, and one that is cut anew holds them all.
      ledger.giveBackAll();
      ledger.note('returned');
    } else {
      isHalted = true;
      problem = code;
    }
    keep();
    onChange();
  }

  function takeExplained(answer: ExplainedAnswer): void {
    explanation = answer.explanation;
    ledger.takeExplained(answer, settledDuringRead);
    settledDuringRead = [];
    onChange();
  }

  async function refresh(): Promise<void> {
    settledDuringRead = [];
    const outcome = await api.read();
    if (outcome.kind === 'answered') takeExplained(outcome.answer);
  }

  return {
    get isFailing() {
      return isFailing;
    },
    get problem() {
      return problem;
    },
    get explanation() {
      return explanation;
    },
    note(occasion) {
      ledger.note(occasion);
      if (occasion !== 'played' || Math.abs(playback().positionMs - keptAtMs) >= KEEP_EACH_MS) keep();
      loop.run();
    },
    leave() {
      loop.runNow();
      const last = isHalted ? undefined : ledger.cutLast(playback());
      if (last === undefined) return;
      keep();
      void api.send(last).then((outcome) => {
        if (outcome.kind === 'answered') settle(last, outcome.answer);
      });
    },
    retryNow: () => loop.runNow(),
    takeExplained,
    refresh,
    stop: () => loop.stop(),
  };
}

import type { LearnersKnobs } from './knobs';
import type { CohortAccount } from './lms/cohort-world';
import type { InquiryDraft } from './lms/inquiry-board';
import { createRandom, pick } from './random';

export interface Learners {
  /** Applies the present knobs: starts or stops the questions. */
  apply(): void;
  stop(): void;
}

/** Learners who ask ordinary questions at random times, in random cohorts. */
export function createLearners(options: {
  seed: string;
  knobs: LearnersKnobs;
  cohorts: () => CohortAccount[];
  ask: (skId: string, draft: InquiryDraft) => unknown;
}): Learners {
  const { knobs } = options;
  const random = createRandom(options.seed, 'learners');
  let timer: NodeJS.Timeout | undefined;

  function waitForNext(): void {
    if (knobs.askEveryMs === null) return;
    // 0.5 to 1.5 times the average, because people ask irregularly.
    timer = setTimeout(ask, knobs.askEveryMs * (0.5 + random()));
  }

  function ask(): void {
    const cohorts = options.cohorts();
    if (cohorts.length > 0) {
      options.ask(pick(random, cohorts).skId, { visibleAfterMs: Math.round(random() * knobs.moderationMs) });
    }
    waitForNext();
  }

  return {
    apply() {
      clearTimeout(timer);
      waitForNext();
    },
    stop: () => clearTimeout(timer),
  };
}

import { COMPLETION_THRESHOLD, saveIntervalMs } from './completion-rule';
import { CREDIT_SLACK_MS, LONGEST_GAP_MS } from './credit-clock';
import { durationInWords, remainderInWords } from './duration-in-words';
import { completesAtNextCall, summarize, type LessonProgress } from './lesson-progress';
import type { RefusalReason } from './refusal';
import { difference, withinVideo } from './watched-segments';

/** The `explanation` of the progress API (contract section 7). All times are milliseconds of the video. */
export interface CompletionExplanation {
  rule: {
    threshold: number;
    maxPlaybackRate: number;
    /** null while the length is unknown. */
    saveInterval: number | null;
    longestGap: number;
    slack: number;
  };
  credited: { from: number; to: number }[];
  /** The newest is last. `at` is an ISO 8601 time. */
  refused: { at: string; milliseconds: number; reason: RefusalReason }[];
  /** `segments` are all parts without credit; the learner can watch any of them. Empty when the lesson is completed. */
  missing: { milliseconds: number; segments: [from: number, to: number][] };
  sentence: string;
}

const REASON_IN_WORDS: Record<RefusalReason, string> = {
  'already-counted': '이미 인정된 구간을 다시 시청함',
  'faster-than-time': '실제로 지난 시간보다 빠름',
  'beyond-the-end': '영상의 길이를 벗어남',
  'too-many-parts': '지나치게 잘게 나뉜 구간',
  'save-id-reused': '다른 내용이 같은 번호로 이미 저장됨',
};

export function explainCompletion(lesson: LessonProgress, maxPlaybackRate: number): CompletionExplanation {
  const { lengthMs, missingMs } = summarize(lesson);
  const credited = withinVideo(lesson.watched, lengthMs);
  return {
    rule: {
      threshold: COMPLETION_THRESHOLD,
      maxPlaybackRate,
      saveInterval: lengthMs > 0 ? saveIntervalMs(lengthMs) : null,
      longestGap: LONGEST_GAP_MS,
      slack: CREDIT_SLACK_MS,
    },
    credited: credited.map(([from, to]) => ({ from, to })),
    refused: lesson.refusals.map(({ atMs, milliseconds, reason }) => ({
      at: new Date(atMs).toISOString(),
      milliseconds,
      reason,
    })),
    missing: {
      milliseconds: missingMs,
      segments:
        lesson.completedAtMs === null && lengthMs > 0
          ? difference([[0, lengthMs]], credited).map(([from, to]) => [from, to])
          : [],
    },
    sentence: [progressInWords(lesson), ...refusalsInWords(lesson)].join(' '),
  };
}

function progressInWords(lesson: LessonProgress): string {
  const { creditMs, lengthMs, missingMs } = summarize(lesson);
  const needed = `${COMPLETION_THRESHOLD * 100}%`;
  const counted = `시청 인정 시간은 전체 ${durationInWords(lengthMs)} 중 ${durationInWords(creditMs)}입니다.`;
  if (lesson.completedAtMs !== null) return `이수가 완료되었습니다. ${counted}`;
  if (creditMs === 0) return `아직 인정된 시청 시간이 없습니다. 영상의 ${needed} 이상을 시청하면 이수됩니다.`;
  if (completesAtNextCall(lesson)) return `${counted} 기준(${needed})을 채웠으므로 강의를 다시 열면 이수됩니다.`;
  return `${counted} ${remainderInWords(missingMs)} 더 시청하면 이수됩니다(기준 ${needed}).`;
}

/** One sentence with the sum of the remembered refusals for each reason. */
function refusalsInWords(lesson: LessonProgress): string[] {
  const sums = new Map<RefusalReason, number>();
  for (const { reason, milliseconds } of lesson.refusals) sums.set(reason, (sums.get(reason) ?? 0) + milliseconds);
  // Less than a second comes from rounding in players, not from the learner.
  const shown = [...sums].filter(([, milliseconds]) => milliseconds >= 1000);
  if (shown.length === 0) return [];
  return [
    `인정되지 않은 시간: ${shown.map(([reason, sum]) => `${durationInWords(sum)}(${REASON_IN_WORDS[reason]})`).join(', ')}.`,
  ];
}

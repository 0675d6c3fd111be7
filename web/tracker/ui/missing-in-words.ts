import { SHORT_VIDEO_MS } from '../../../src/domain/completion/completion-rule';
import { remainderInWords } from '../../../src/domain/completion/duration-in-words';
import type { LectureState } from '../lecture-state';

/** What is missing to completion, for the learner. */
export function missingInWords({
  lengthMs,
  missingMs,
  completed,
}: Pick<LectureState, 'lengthMs' | 'missingMs' | 'completed'>): string {
  if (completed) return '이수를 마쳤습니다';
  if (lengthMs === 0) return '80% 이상 시청하면 이수됩니다';
  if (missingMs > 0) return `이수(80%)까지 ${remainderInWords(missingMs)} 남았습니다`;
  return lengthMs <= SHORT_VIDEO_MS
    ? '충분히 시청했습니다. 끝까지 보면 이수됩니다'
    : '충분히 시청했습니다. 저장하는 중입니다';
}

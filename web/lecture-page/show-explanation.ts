import { durationInWords } from '../../src/domain/completion/duration-in-words';
import type { Segment } from '../../src/domain/completion/watched-segments';
import type { ProgressExplanation } from '../tracker/api/progress-answer';
import { clockTime } from './clock-time';
import { element } from './element';

const REASONS: Record<string, string> = {
  'already-counted': '이미 인정된 구간을 다시 보았습니다',
  'faster-than-time': '실제로 지난 시간보다 빠르게 재생되었습니다',
  'beyond-the-end': '영상의 길이를 벗어났습니다',
  'too-many-parts': '구간이 지나치게 잘게 나뉘었습니다',
  'save-id-reused': '같은 번호로 다른 내용이 저장되어 있습니다',
};
/** A longer list would not help the learner to find a part to watch. */
const MAX_PARTS = 12;

/** Shows the server's explanation: the sentence, the missing parts, and the refusals. `goTo` moves the video. */
export function showExplanation(explanation: ProgressExplanation, goTo: (milliseconds: number) => void): void {
  element('sentence').textContent = explanation.sentence;

  const parts = longestParts(explanation.missing.segments).map(([from, to]) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = `${clockTime(from)} – ${clockTime(to)}`;
    button.addEventListener('click', () => goTo(from));
    return button;
  });
  fillList('missing-parts', parts);

  const refusals = explanation.refused
    .filter(({ milliseconds }) => milliseconds >= 1_000)
    .map((refusal) => {
      const time = document.createElement('time');
      time.dateTime = refusal.at;
      time.textContent = new Date(refusal.at).toLocaleString('ko-KR', { dateStyle: 'short', timeStyle: 'short' });
      const text = document.createElement('span');
      text.textContent = `${durationInWords(refusal.milliseconds)} · ${REASONS[refusal.reason] ?? refusal.reason}`;
      const line = document.createElement('div');
      line.append(text, time);
      return line;
    });
  fillList('refused', refusals);
}

/** The longest parts, in the order of the video. Parts below one second are left out: no learner can find them. */
function longestParts(segments: readonly Segment[]): Segment[] {
  const byLength = segments.filter(([from, to]) => to - from >= 1_000).sort((a, b) => b[1] - b[0] - (a[1] - a[0]));
  return byLength.slice(0, MAX_PARTS).sort((a, b) => a[0] - b[0]);
}

function fillList(id: string, contents: readonly HTMLElement[]): void {
  const section = element(id);
  section.hidden = contents.length === 0;
  const items = contents.map((content) => {
    const item = document.createElement('li');
    item.append(content);
    return item;
  });
  section.querySelector('ul')!.replaceChildren(...items);
}

import { difference, type Segment } from '../../../src/domain/completion/watched-segments';
import { missingInWords, type LectureTracker } from '../lecture-tracker';

/**
 * Shows along the time of the video which parts are saved, and which were watched since. Style it by the classes
 * `openeg-bar`, `openeg-part-saved`, `openeg-part-watched` and `openeg-playhead`.
 * @returns removes the bar
 */
export function mountProgressBar(tracker: LectureTracker, host: HTMLElement): () => void {
  const bar = document.createElement('div');
  bar.className = 'openeg-bar';
  bar.setAttribute('role', 'progressbar');
  bar.setAttribute('aria-label', '이수 진도');
  bar.setAttribute('aria-valuemin', '0');
  bar.setAttribute('aria-valuemax', '100');
  const saved = document.createElement('div');
  const watched = document.createElement('div');
  const playhead = document.createElement('div');
  playhead.className = 'openeg-playhead';
  bar.append(saved, watched, playhead);
  host.append(bar);

  const stopListening = tracker.onChange((state) => {
    bar.setAttribute('aria-valuenow', String(state.percent));
    bar.setAttribute('aria-valuetext', `${state.percent}% 시청, ${missingInWords(state)}`);
    showParts(saved, 'openeg-part-saved', state.savedParts, state.lengthMs);
    showParts(watched, 'openeg-part-watched', difference(state.watchedParts, state.savedParts), state.lengthMs);
    playhead.hidden = state.lengthMs === 0;
    playhead.style.insetInlineStart = share(Math.min(state.positionMs, state.lengthMs), state.lengthMs);
  });
  return () => {
    stopListening();
    bar.remove();
  };
}

function showParts(layer: HTMLElement, className: string, parts: readonly Segment[], lengthMs: number): void {
  while (layer.children.length > parts.length) layer.lastElementChild?.remove();
  parts.forEach(([from, to], index) => {
    const part = layer.children[index] ?? layer.appendChild(document.createElement('div'));
    part.className = className;
    const { style } = part as HTMLElement;
    style.insetInlineStart = share(from, lengthMs);
    style.inlineSize = share(to - from, lengthMs);
  });
}

function share(milliseconds: number, lengthMs: number): string {
  return `${lengthMs === 0 ? 0 : (milliseconds * 100) / lengthMs}%`;
}

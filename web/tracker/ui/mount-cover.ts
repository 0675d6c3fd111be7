import type { LectureTracker } from '../track-lecture';

/**
 * A dialog over the page while the video is held because its page was left: it says why, and its button goes on. It is in
 * the browser's top layer, so it also covers a video in full screen, and what is behind it takes no key. To be styled by
 * the class `openeg-cover`.
 * @returns removes it
 */
export function mountCover(tracker: LectureTracker, host: HTMLElement): () => void {
  const dialog = document.createElement('dialog');
  dialog.className = 'openeg-cover';
  dialog.setAttribute('role', 'dialog');
  dialog.setAttribute('aria-modal', 'true');
  dialog.setAttribute('aria-labelledby', 'openeg-cover-title');
  dialog.setAttribute('aria-describedby', 'openeg-cover-reason');
  const title = document.createElement('h2');
  title.id = 'openeg-cover-title';
  title.textContent = '영상을 잠시 멈췄어요';
  const reason = document.createElement('p');
  reason.id = 'openeg-cover-reason';
  reason.textContent =
    '이 화면을 벗어나 있는 동안은 시청 시간으로 인정되지 않아 영상을 멈췄습니다. 지금까지 본 내용은 그대로 남아 있어요.';
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = '이어서 보기';
  button.addEventListener('click', () => tracker.goOn());
  dialog.append(title, reason, button);
  host.append(dialog);

  // Its only control keeps the focus: beyond it there would be the browser's own bars.
  dialog.addEventListener('keydown', (event) => {
    if (event.key !== 'Tab') return;
    event.preventDefault();
    button.focus();
  });
  // Escape uncovers without playing.
  dialog.addEventListener('cancel', (event) => {
    event.preventDefault();
    tracker.goOn(false);
  });
  // A script may move it out, and a page that was left in between may have lost it.
  const keepFocus = (): void => {
    if (dialog.open && document.activeElement !== button) button.focus();
  };
  document.addEventListener('focusin', keepFocus);
  document.addEventListener('visibilitychange', keepFocus);

  const end = tracker.onChange(({ isCovered }) => {
    if (isCovered && !dialog.open) dialog.showModal();
    if (!isCovered && dialog.open) dialog.close();
    keepFocus();
  });
  return () => {
    end();
    document.removeEventListener('focusin', keepFocus);
    document.removeEventListener('visibilitychange', keepFocus);
    dialog.remove();
  };
}

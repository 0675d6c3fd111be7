import type { LectureTracker } from '../lecture-tracker';

/**
 * Shows a dialog over the page after the learner left it while the video played. The dialog says why the video is paused,
 * and its button goes on. It is in the browser's top layer, so it also covers a video in full screen, and the page behind
 * it gets no key. Style it by the class `openeg-cover`.
 * @returns removes the cover
 */
export function mountCover(tracker: LectureTracker, host: HTMLElement): () => void {
  const { dialog, button } = createDialog();
  host.append(dialog);
  button.addEventListener('click', () => tracker.goOn());
  // The button is the only control. Without this the focus would go on to the browser's own bars.
  dialog.addEventListener('keydown', (event) => {
    if (event.key !== 'Tab') return;
    event.preventDefault();
    button.focus();
  });
  // Escape lifts the cover without playing.
  dialog.addEventListener('cancel', (event) => {
    event.preventDefault();
    tracker.goOn(false);
  });
  // A script may move the focus out of the dialog, and a page that was hidden may have lost it.
  const keepFocus = (): void => {
    if (dialog.open && document.activeElement !== button) button.focus();
  };
  document.addEventListener('focusin', keepFocus);
  document.addEventListener('visibilitychange', keepFocus);

  const stopListening = tracker.onChange(({ isCovered }) => {
    if (isCovered && !dialog.open) dialog.showModal();
    if (!isCovered && dialog.open) dialog.close();
    keepFocus();
  });
  return () => {
    stopListening();
    document.removeEventListener('focusin', keepFocus);
    document.removeEventListener('visibilitychange', keepFocus);
    dialog.remove();
  };
}

function createDialog(): { dialog: HTMLDialogElement; button: HTMLButtonElement } {
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
  dialog.append(title, reason, button);
  return { dialog, button };
}

import type { LectureState, LectureTracker } from '../lecture-tracker';

/**
 * Shows messages to the learner. A `role="alert"` is empty until five tries of a save failed. A `role="status"` says why
 * the video does not play. Style them by the classes `openeg-alert` and `openeg-status`.
 * @returns removes the messages
 */
export function mountMessages(tracker: LectureTracker, host: HTMLElement): () => void {
  const alert = document.createElement('p');
  alert.className = 'openeg-alert';
  alert.setAttribute('role', 'alert');
  const status = document.createElement('p');
  status.className = 'openeg-status';
  status.setAttribute('role', 'status');
  host.append(alert, status);

  const stopListening = tracker.onChange((state) => {
    show(alert, alertFor(state));
    show(status, statusFor(state));
  });
  return () => {
    stopListening();
    alert.remove();
    status.remove();
  };
}

/** A screen reader speaks a text again when it is set again. */
function show(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

function alertFor({ isSaveFailing, problem }: LectureState): string {
  if (!isSaveFailing) return '';
  return problem === 'unauthorized'
    ? '로그인 시간이 끝나 시청 기록을 저장하지 못하고 있습니다. 본 내용은 이 기기에 보관되어 있으니 강의실에서 강의를 다시 열어 주세요.'
    : '시청 기록을 저장하지 못하고 있습니다. 영상은 계속 보셔도 됩니다. 본 내용은 이 기기에 보관했다가 연결되면 자동으로 저장합니다.';
}

function statusFor({ phase, problem, isSaveFailing }: LectureState): string {
  switch (phase) {
    case 'elsewhere':
      return '이 강의는 다른 탭에서 열려 있습니다. 한 번에 한 탭에서만 볼 수 있어요. 그 탭을 닫으면 여기에서 이어서 볼 수 있습니다.';
    case 'connecting':
      if (problem === 'unauthorized') return '로그인 시간이 끝났습니다. 강의실에서 강의를 다시 열어 주세요.';
      return problem === undefined ? '' : '서버에 연결하지 못했습니다. 연결되면 바로 볼 수 있어요.';
    case 'refused':
      return `이 강의는 지금 볼 수 없습니다. 운영팀에 알려 주세요. (${problem})`;
    case 'ready':
      return problem === undefined || isSaveFailing
        ? ''
        : `시청 기록이 받아들여지지 않았습니다. 운영팀에 알려 주세요. (${problem})`;
  }
}

import {
  missingInWords,
  mountCover,
  mountMessages,
  mountProgressBar,
  trackLecture,
  type LectureState,
} from '../tracker/index';
import { clockTime } from './clock-time';
import { element } from './element';
import { pageParameters, type PageParameters } from './page-parameters';
import { showExplanation } from './show-explanation';

/** The delay between a change and the next request for the explanation, while the learner has it open. */
const REFRESH_MS = 1_500;

const details = element('explanation') as HTMLDetailsElement;
const parameters = pageParameters(location.href);
if (parameters === undefined) showWrongAddress();
else watch(parameters);

function watch({ lesson, token, videoUrl }: PageParameters): void {
  const video = document.querySelector('video')!;
  element('lesson').textContent = `${lesson.eduNo} · ${lesson.chasiNo}차시`;
  video.addEventListener('error', () => {
    element('video-problem').textContent = '영상을 불러오지 못했습니다. 주소를 확인해 주세요.';
  });

  const tracker = trackLecture(video, { apiUrl: '../api/progress', lesson, token });
  video.src = videoUrl;
  mountProgressBar(tracker, element('bar'));
  mountMessages(tracker, element('messages'));
  mountCover(tracker, element('player'));

  let shown: LectureState['explanation'];
  let shownSavedParts: LectureState['savedParts'] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  tracker.onChange((state) => {
    showState(state);
    if (state.explanation !== undefined && state.explanation !== shown) {
      shown = state.explanation;
      showExplanation(shown, (milliseconds) => {
        video.currentTime = milliseconds / 1000;
        video.scrollIntoView({ block: 'center' });
      });
    }
    if (details.open && timer === undefined && String(state.savedParts) !== String(shownSavedParts)) {
      shownSavedParts = state.savedParts;
      timer = setTimeout(() => {
        timer = undefined;
        void tracker.refresh();
      }, REFRESH_MS);
    }
  });
  details.addEventListener('toggle', () => {
    if (details.open) void tracker.refresh();
  });
}

function showState(state: LectureState): void {
  element('player').dataset.phase = state.phase;
  element('percent').textContent = String(state.percent);
  element('missing').textContent = missingInWords(state);
  element('completed').hidden = !state.completed;
  details.querySelector('summary')!.textContent = state.completed ? '어떻게 이수되었나요?' : '왜 아직 이수가 아닌가요?';
  element('length').textContent = state.lengthMs === 0 ? '' : clockTime(state.lengthMs);
}

function showWrongAddress(): void {
  const notice = document.createElement('p');
  notice.className = 'notice';
  notice.textContent = '주소가 올바르지 않습니다. 강의실에서 강의를 다시 열어 주세요.';
  document.querySelector('main')!.replaceChildren(notice);
}

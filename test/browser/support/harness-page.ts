/**
 * A page of another site: a video and the one built file. Its address contains the options of `trackLecture`. `renewToken`
 * returns `window.newToken`, which a test sets.
 */
export const HARNESS_PAGE = `<!doctype html>
<html lang="ko">
  <meta charset="utf-8" />
  <title>Another site</title>
  <video controls></video>
  <div id="messages"></div>
  <script type="module">
    import { mountMessages, trackLecture } from './demo/assets/tracker.js';
    const options = JSON.parse(new URLSearchParams(location.search).get('options'));
    const video = document.querySelector('video');
    window.newToken = undefined;
    window.tokensAsked = 0;
    window.tracker = trackLecture(video, {
      ...options,
      apiUrl: 'api/progress',
      renewToken: async () => {
        window.tokensAsked += 1;
        return window.newToken;
      },
    });
    mountMessages(tracker, document.querySelector('#messages'));
    tracker.onChange(({ phase }) => (document.body.dataset.phase = phase));
    video.src = options.src;
  </script>
</html>`;

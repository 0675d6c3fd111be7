import { element } from './element';

/** The demo's video, relative to `demo/watch`. */
const VIDEO = 'assets/lecture.mp4';

const parameters = new URLSearchParams(location.search);
if (['project', 'edu', 'chasi', 'token'].every((name) => parameters.get(name))) {
  parameters.set('src', VIDEO);
  const link = element('watch') as HTMLAnchorElement;
  link.href = `demo/watch?${parameters}`;
  link.hidden = false;
} else {
  element('no-token').hidden = false;
}

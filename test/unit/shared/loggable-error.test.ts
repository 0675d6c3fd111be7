import { loggableError } from '../../../src/domain/shared/loggable-error';
import { ServiceError } from '../../../src/domain/shared/service-error';

it('is the sentence of a ServiceError', () => {
  expect(loggableError(new ServiceError('CHAT_UNAVAILABLE', 'Google Chat answered HTTP 500.'))).toEqual({
    code: 'CHAT_UNAVAILABLE',
    error: 'Google Chat answered HTTP 500.',
  });
});

it('never holds the message of another error, which may quote data', () => {
  const error = Object.assign(new TypeError('the learner Kim\n    at first sight'), { code: 'ER_DUP_ENTRY' });
  error.stack = `TypeError: the learner Kim\n    at save (/app/save.js:1:2)\n${'    at next (/app/next.js:3:4)\n'.repeat(20)}`;
  const logged = loggableError(error);
  expect(logged).toMatchObject({ code: 'ER_DUP_ENTRY', errorName: 'TypeError' });
  expect(logged.frames).toHaveLength(10);
  expect(logged.frames?.[0]).toBe('at save (/app/save.js:1:2)');
  expect(JSON.stringify(logged)).not.toContain('Kim');
});

it.each([
  ['text', 'string'],
  [undefined, 'undefined'],
  [{ message: 'secret' }, 'object'],
])('says of %p, which is no error, only its type', (thrown, errorName) => {
  expect(loggableError(thrown)).toEqual({ code: 'UNEXPECTED', errorName, frames: [] });
});

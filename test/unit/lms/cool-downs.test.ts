import { CoolDowns } from '../../../src/adapters/lms/access/cool-downs';
import { ServiceError } from '../../../src/domain/shared/service-error';
import { createFakeClock } from '../../support/fake-clock';

it('refuses a subject, and no other, with the time that is left until its cool-down is over', async () => {
  const clock = createFakeClock();
  const coolDowns = new CoolDowns(clock);
  coolDowns.begin('SK001 listTasks', new ServiceError('LMS_RATE_LIMITED', 'Too many.'), 45_000);
  expect(() => coolDowns.assertOver('SK001 listStudents')).not.toThrow();
  await clock.advance(44_999);
  expect(() => coolDowns.assertOver('SK001 listTasks')).toThrow(
    expect.objectContaining({ code: 'LMS_RATE_LIMITED', message: 'Too many.', retryAfterMs: 1 }),
  );
  await clock.advance(1);
  expect(() => coolDowns.assertOver('SK001 listTasks')).not.toThrow();
});

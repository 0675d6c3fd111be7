import fc from 'fast-check';
import type { FastifyRequest } from 'fastify';
import { createCallLimit } from '../../../src/http/progress/limit-calls';

/** The promise of the contract (section 7): 5 calls a second and member, bursts of 30. */
const PROMISED = { perSecond: 5, burst: 30 };

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const callOf = (memberNo: string) => ({ memberNo }) as FastifyRequest;

it('takes every call of a member who keeps to the promised rate', async () => {
  const step = fc.record({ pauseMs: fc.integer({ min: 0, max: 10_000 }), calls: fc.integer({ min: 0, max: 30 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      const limitCalls = createCallLimit();
      let allowed = PROMISED.burst;
      for (const { pauseMs, calls } of steps) {
        jest.advanceTimersByTime(pauseMs);
        allowed = Math.min(PROMISED.burst, allowed + (pauseMs * PROMISED.perSecond) / 1_000);
        for (let call = 0; call < calls && allowed >= 1; call += 1) {
          allowed -= 1;
          await limitCalls(callOf('M1'));
        }
      }
    }),
  );
});

it('refuses a flood with the seconds to wait, and no other member', async () => {
  const limitCalls = createCallLimit();
  const flood = await Promise.allSettled(Array.from({ length: 100 }, () => limitCalls(callOf('M1'))));
  const refused = flood.filter(({ status }) => status === 'rejected');
  expect(refused).toHaveLength(40);
  expect(refused[0]).toMatchObject({ reason: { code: 'TOO_MANY_CALLS', retryAfterSeconds: 1 } });
  await limitCalls(callOf('M2'));
  jest.advanceTimersByTime(1_000);
  await limitCalls(callOf('M1'));
});

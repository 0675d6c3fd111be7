import { createSingleFlight } from '../../../src/activities/inquiries/single-flight';

describe('a single flight', () => {
  it('runs once for all requests that come while it runs, and never twice at once', async () => {
    let running = 0;
    let runs = 0;
    const releases: (() => void)[] = [];
    const flight = createSingleFlight(async () => {
      running += 1;
      runs += 1;
      expect(running).toBe(1);
      await new Promise<void>((resolve) => releases.push(resolve));
      running -= 1;
    });
    flight.request();
    flight.request();
    flight.request();
    expect(runs).toBe(1);
    releases.shift()?.();
    await new Promise(setImmediate);
    expect(runs).toBe(2);
    releases.shift()?.();
    await flight.idle();
    expect(runs).toBe(2);

    flight.request();
    releases.shift()?.();
    await flight.idle();
    expect(runs).toBe(3);
  });

  it('is idle when nothing was requested', async () => {
    await expect(createSingleFlight(() => Promise.reject(new Error('never'))).idle()).resolves.toBeUndefined();
  });
});

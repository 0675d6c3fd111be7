import fc from 'fast-check';
import { lengthOf, unionOf, type Segment } from '../../../src/domain/completion/watched-segments';
import { createPlaybackMeter } from '../../../web/tracker/playback/playback-meter';
import { FakeVideo } from './fake-video';

describe('The played part', () => {
  function measure(isCounting: () => boolean = () => true) {
    const video = new FakeVideo();
    const parts: Segment[] = [];
    const meter = createPlaybackMeter(video, isCounting, (part) => parts.push(part));
    meter.read();
    return { video, meter, parts: () => unionOf(parts) };
  }

  test('is the part that the playhead passed', () => {
    const { video, meter, parts } = measure();
    video.playTo(1.25);
    meter.read();
    video.playTo(2.5);
    meter.read();
    expect(parts()).toEqual([[0, 2_500]]);
  });

  test('starts where the video rested, though its clock is ahead at the start', () => {
    const { video, meter, parts } = measure();
    for (let burst = 1; burst <= 50; burst += 1) {
      video.paused = false;
      // The clock is already ahead when the browser announces `play` and `playing`.
      video.playTo(burst * 0.4 - 0.25);
      meter.read();
      video.playTo(burst * 0.4);
      video.paused = true;
      meter.read();
    }
    expect(parts()).toEqual([[0, 20_000]]);
  });

  test('is complete when the clock steps back a little', () => {
    const { video, meter, parts } = measure();
    video.playTo(1.2);
    meter.read();
    video.currentTime = 1.05;
    meter.read();
    video.playTo(2);
    meter.read();
    expect(parts()).toEqual([[0, 2_000]]);
  });

  test('ends where a seek started, not at the last read before it', () => {
    const { video, meter, parts } = measure();
    video.playTo(1);
    meter.read();
    video.playTo(1.2);
    video.seekTo(50);
    meter.read();
    video.finishSeek();
    meter.read();
    video.playTo(51);
    meter.read();
    expect(parts()).toEqual([
      [0, 1_200],
      [50_000, 51_000],
    ]);
  });

  test('starts where a seek ended, not at the first read after it', () => {
    const { video, meter, parts } = measure();
    video.playTo(4);
    meter.read();
    video.seekTo(50);
    meter.read();
    video.finishSeek();
    video.playTo(50.25);
    meter.read();
    expect(meter.positionMs).toBe(50_250);
    video.playTo(51);
    meter.read();
    expect(parts()).toEqual([
      [0, 4_000],
      [50_000, 51_000],
    ]);
  });

  test('starts there also when it runs into a part that was played before', () => {
    const { video, meter, parts } = measure();
    video.seekTo(50);
    meter.read();
    video.finishSeek();
    video.playTo(51);
    meter.read();
    video.seekTo(49.9);
    meter.read();
    video.finishSeek();
    video.playTo(51.1);
    meter.read();
    expect(parts()).toEqual([[49_900, 51_100]]);
  });

  test('does not include what was played before the first read', () => {
    const video = new FakeVideo();
    const parts: Segment[] = [];
    const meter = createPlaybackMeter(
      video,
      () => true,
      (part) => parts.push(part),
    );
    video.playTo(3);
    meter.read();
    video.playTo(4);
    meter.read();
    expect(parts).toEqual([[3_000, 4_000]]);
  });

  test.each([Number.POSITIVE_INFINITY, Number.NaN])(
    'is the part that the playhead passed also for a video of length %d',
    (duration) => {
      const { video, meter, parts } = measure();
      video.duration = duration;
      video.playTo(2.5);
      meter.read();
      expect(meter.positionMs).toBe(2_500);
      expect(parts()).toEqual([[0, 2_500]]);
    },
  );

  test('does not include a jump without an event', () => {
    const { video, meter, parts } = measure();
    video.playTo(1);
    meter.read();
    video.currentTime = 40;
    meter.read();
    video.playTo(41);
    meter.read();
    expect(parts()).toEqual([
      [0, 1_000],
      [40_000, 41_000],
    ]);
  });

  test('does not include the time in which nothing counts', () => {
    let isCounting = false;
    const { video, meter, parts } = measure(() => isCounting);
    video.playTo(3);
    meter.read();
    isCounting = true;
    meter.read();
    video.playTo(4);
    meter.read();
    expect(parts()).toEqual([[3_000, 4_000]]);
  });

  test('starts again with a video that was loaded again', () => {
    const { video, meter, parts } = measure();
    video.playTo(9);
    meter.read();
    meter.reset();
    video.currentTime = 0;
    meter.read();
    video.playTo(1);
    meter.read();
    expect(parts()).toEqual([[0, 9_000]]);
  });

  test('is exactly what the video lists as played, for any sequence of actions', () => {
    const action = fc.oneof(
      fc.record({ play: fc.integer({ min: 1, max: 5_000 }) }),
      fc.record({ seek: fc.integer({ min: 0, max: 90_000 }), playedDuringSeekMs: fc.integer({ min: 0, max: 500 }) }),
      fc.constant('read' as const),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const { video, meter, parts } = measure();
        for (const act of actions) {
          if (act === 'read') {
            meter.read();
          } else if ('play' in act) {
            video.playTo(Math.min(video.currentTime + act.play / 1000, 100));
            meter.read();
          } else {
            video.seekTo(act.seek / 1000);
            meter.read();
            video.finishSeek();
            if (act.playedDuringSeekMs > 0) video.playTo(video.currentTime + act.playedDuringSeekMs / 1000);
            meter.read();
          }
        }
        const played = Array.from({ length: video.played.length }, (_, index): Segment => [
          Math.round(video.played.start(index) * 1000),
          Math.round(video.played.end(index) * 1000),
        ]);
        expect(Math.abs(lengthOf(parts()) - lengthOf(unionOf(played)))).toBeLessThanOrEqual(actions.length);
      }),
    );
  });
});

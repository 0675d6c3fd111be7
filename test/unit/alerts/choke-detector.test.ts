import { createChokeDetector } from '../../../src/activities/alerts/choke-detector';

const failed = { kind: 'failed', retryAfterMs: undefined } as const;
const sent = { kind: 'sent' } as const;
const probe = { id: 2, kind: 'inquiry', skId: 'SK001' } as const;

function afterFailures(count: number) {
  const chokes = createChokeDetector();
  for (let index = 0; index < count; index += 1) chokes.noteFirst(1, failed);
  return chokes;
}

describe('the detector of messages on which Chat chokes', () => {
  it('wants another message tried after the third failure', () => {
    expect(afterFailures(2).wantsProbe(1)).toBe(false);
    expect(afterFailures(3).wantsProbe(1)).toBe(true);
    expect(afterFailures(3).wantsProbe(2)).toBe(false);
  });

  it('finds a message at fault only where another one was taken in between', () => {
    const chokes = afterFailures(3);
    chokes.noteProbe(probe, failed);
    expect(chokes.isAtFault(1)).toBe(false);
    expect(chokes.lastProbe()).toEqual(probe);
    chokes.noteFirst(1, failed);
    chokes.noteProbe(probe, sent);
    expect(chokes.isAtFault(1)).toBe(true);
    expect(chokes.isAtFault(2)).toBe(false);
    expect(chokes.wantsProbe(1)).toBe(false);
  });

  it('does not count answers that speak of the pace', () => {
    const chokes = afterFailures(2);
    chokes.noteFirst(1, { kind: 'rate limited', retryAfterMs: 1_000 });
    expect(chokes.wantsProbe(1)).toBe(false);
    chokes.noteFirst(1, failed);
    expect(chokes.wantsProbe(1)).toBe(true);
  });

  it('counts anew after a message was taken, after a refused card, and for another message', () => {
    for (const outcome of [sent, { kind: 'card refused' } as const]) {
      const chokes = afterFailures(3);
      chokes.noteFirst(1, outcome);
      chokes.noteFirst(1, failed);
      expect(chokes.wantsProbe(1)).toBe(false);
    }
    const chokes = afterFailures(3);
    chokes.noteFirst(7, failed);
    expect(chokes.wantsProbe(7)).toBe(false);
  });
});

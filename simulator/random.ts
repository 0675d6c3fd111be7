/**
 * Numbers in [0, 1) that follow from the seed alone, so each row can be computed in any order and in any process
 * (FNV-1a of the parts, then mulberry32).
 */
export function createRandom(...seedParts: readonly (string | number)[]): () => number {
  let state = 0x811c9dc5;
  for (const part of seedParts) {
    const text = String(part);
    for (let index = 0; index < text.length; index++) {
      state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
    }
    // A separator: ('a', 'bc') and ('ab', 'c') are different seeds.
    state = Math.imul(state ^ 0x1f, 0x01000193);
  }
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** @throws when there is no choice */
export function pick<Choice>(random: () => number, choices: readonly Choice[]): Choice {
  const choice = choices[Math.floor(random() * choices.length)];
  if (choice === undefined) throw new Error('nothing to pick from');
  return choice;
}

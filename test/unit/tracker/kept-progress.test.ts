import { createKeptProgressStore, type KeptProgress, type TextStore } from '../../../web/tracker/saving/kept-progress';
import type { Save } from '../../../web/tracker/api/progress-api';

class FakeStorage implements TextStore {
  readonly texts = new Map<string, string>();
  /** The storage has room for this many characters. */
  room = Number.POSITIVE_INFINITY;

  get length(): number {
    return this.texts.size;
  }
  key(index: number): string | null {
    return [...this.texts.keys()][index] ?? null;
  }
  getItem(key: string): string | null {
    return this.texts.get(key) ?? null;
  }
  setItem(key: string, text: string): void {
    const others = [...this.texts].reduce((sum, [other, kept]) => sum + (other === key ? 0 : kept.length), 0);
    if (others + text.length > this.room) throw new Error('QuotaExceededError');
    this.texts.set(key, text);
  }
  removeItem(key: string): void {
    this.texts.delete(key);
  }
}

const save: Save = {
  complete: false,
  body: {
    projectNo: 'P',
    eduNo: 'E',
    chasiNo: 'C',
    memberNo: 'M',
    totalVideoTime: 90_000,
    currentVideoTime: 5_000,
    completionVideoTime: 5_000,
    saveId: '2d1b1f0e-6f4b-4d2c-9a56-0f6d2a0c9f11',
    playbackRate: 1.5,
    segments: [[0, 5_000]],
  },
};
const kept: KeptProgress = { positionMs: 7_000, sending: [save], unsaved: [[5_000, 7_000]] };
const NAME = 'P/E/C/M';
const KEY = `openeg:lecture:${NAME}`;

describe('The progress that a browser keeps of a lesson', () => {
  let storage: FakeStorage;
  let nowMs: number;
  const open = (name = NAME) =>
    createKeptProgressStore(
      name,
      () => storage,
      () => (nowMs += 1),
    );

  beforeEach(() => {
    storage = new FakeStorage();
    nowMs = 1_000;
  });

  test('is the same on the next visit', () => {
    open().write(kept);
    expect(open().read()).toEqual(kept);
  });

  test.each([
    ['nothing', ''],
    ['a text that is not JSON', '{"positionMs":'],
    ['other JSON', '[1,2]'],
    ['a negative position', JSON.stringify({ ...kept, positionMs: -1 })],
    ['a part that is not of two numbers', JSON.stringify({ ...kept, unsaved: [[5, 'x']] })],
    ['a part that ends before it starts', JSON.stringify({ ...kept, unsaved: [[9, 5]] })],
    [
      'the save of another lesson',
      JSON.stringify({ ...kept, sending: [{ ...save, body: { ...save.body, memberNo: 'X' } }] }),
    ],
    ['a save without an id', JSON.stringify({ ...kept, sending: [{ ...save, body: { ...save.body, saveId: 7 } }] })],
  ])('is not read when the storage contains %s', (_, text) => {
    storage.texts.set(KEY, text);
    expect(open().read()).toBeUndefined();
    open().write(kept);
    expect(open().read()).toEqual(kept);
  });

  test('is lost when the storage is blocked, without an error', () => {
    const store = createKeptProgressStore(
      NAME,
      () => {
        throw new Error('SecurityError');
      },
      () => 0,
    );
    expect(store.read()).toBeUndefined();
    expect(() => store.write(kept)).not.toThrow();
  });

  test('takes the room of saved lessons when the storage is full', () => {
    open('P/E/old/M').write({ ...kept, sending: [], unsaved: [] });
    storage.room = JSON.stringify(kept).length + 50;
    open().write(kept);
    expect(open().read()).toEqual(kept);
    expect(storage.texts.size).toBe(1);
    storage.room = 10;
    expect(() => open().write({ ...kept, positionMs: 8_000 })).not.toThrow();
  });

  test('does not take the room of another lesson with unsaved progress', () => {
    const unsaved: KeptProgress = { ...kept, sending: [] };
    open('P/E/unsaved/M').write(unsaved);
    open('P/E/saved/M').write({ ...kept, sending: [], unsaved: [] });
    storage.room = [...storage.texts.values()].join('').length;
    open().write({ ...kept, unsaved: Array.from({ length: 500 }, (_, part) => [part * 10, part * 10 + 5] as const) });
    expect(open('P/E/unsaved/M').read()).toEqual(unsaved);
    expect(open().read()).toBeUndefined();
  });

  test('stays the progress of this tab when there was no room for a newer one', () => {
    const store = open();
    store.write(kept);
    storage.room = 10;
    store.write({ ...kept, unsaved: [[5_000, 70_000]] });
    expect(open().read()).toEqual(kept);
    storage.room = Number.POSITIVE_INFINITY;
    store.write({ ...kept, sending: [], unsaved: [] });
    expect(open().read()).toEqual({ ...kept, sending: [], unsaved: [] });
  });

  test('never displaces unsaved progress, also of more than fifty lessons', () => {
    for (let lesson = 0; lesson < 50; lesson += 1) open(`P/E/${lesson}/M`).write({ ...kept, sending: [] });
    open().write(kept);
    expect(storage.texts.size).toBe(51);
    expect(open('P/E/0/M').read()?.unsaved).toEqual(kept.unsaved);
  });

  test('is kept of fifty lessons: the oldest saved ones are forgotten first', () => {
    const other = createKeptProgressStore(
      'not/ours',
      () => storage,
      () => 0,
    );
    storage.texts.set('somebody else', 'stays');
    open('P/E/unsaved/M').write({ ...kept, sending: [] });
    for (let lesson = 0; lesson < 60; lesson += 1) {
      open(`P/E/${lesson}/M`).write({ ...kept, sending: [], unsaved: [] });
    }
    expect(other.read()).toBeUndefined();
    expect(storage.texts.size).toBe(51);
    expect(storage.texts.has('somebody else')).toBe(true);
    expect(open('P/E/unsaved/M').read()?.unsaved).toEqual(kept.unsaved);
    expect(open('P/E/0/M').read()).toBeUndefined();
    expect(open('P/E/59/M').read()).toBeDefined();
  });

  test('has at most a thousand parts', () => {
    const unsaved = Array.from({ length: 1_500 }, (_, index): [number, number] => [index * 10, index * 10 + 5]);
    open().write({ ...kept, unsaved });
    expect(open().read()?.unsaved).toHaveLength(1_000);
  });

  test('contains what two tabs wrote that cannot lock the lecture', () => {
    const [one, two] = [open(), open()];
    one.read();
    two.read();
    one.write({ ...kept, sending: [], unsaved: [[0, 1_000]] });
    two.write({ ...kept, sending: [], unsaved: [[5_000, 6_000]] });
    expect(open().read()?.unsaved).toEqual([
      [0, 1_000],
      [5_000, 6_000],
    ]);
    two.write({ ...kept, sending: [], unsaved: [] });
    expect(open().read()?.unsaved).toEqual([]);
  });
});

/**
 * A list of the LMS in its own order. Dropping an item moves no other one, and new items come last. So a client that
 * follows the cursors sees each item that stays at least once.
 */
export interface StableList<Item> {
  items(): Item[];
  /** Items from a place on, and the place of the next page; null after the last page. */
  page(start: number, limit: number): { items: Item[]; next: number | null };
  /** The place of the item before this one; this place itself at the begin of the list. */
  placeBefore(place: number): number;
  add(item: Item): void;
  /** Returns how many were dropped. */
  drop(matches: (item: Item) => boolean): number;
  /** Returns how many were changed. */
  change(matches: (item: Item) => boolean, changes: Partial<Item>): number;
}

export function createStableList<Item extends object>(initial: Item[]): StableList<Item> {
  const places: (Item | undefined)[] = [...initial];
  return {
    items: () => places.filter((item) => item !== undefined),
    page(start, limit) {
      const items: Item[] = [];
      for (let place = start; place < places.length; place++) {
        const item = places[place];
        if (item === undefined) continue;
        if (items.length === limit) return { items, next: place };
        items.push(item);
      }
      return { items, next: null };
    },
    placeBefore(place) {
      for (let before = place - 1; before >= 0; before--) if (places[before] !== undefined) return before;
      return place;
    },
    add: (item) => void places.push(item),
    drop(matches) {
      let dropped = 0;
      places.forEach((item, place) => {
        if (item === undefined || !matches(item)) return;
        places[place] = undefined;
        dropped += 1;
      });
      return dropped;
    },
    change(matches, changes) {
      let changed = 0;
      places.forEach((item, place) => {
        if (item === undefined || !matches(item)) return;
        places[place] = { ...item, ...changes };
        changed += 1;
      });
      return changed;
    },
  };
}

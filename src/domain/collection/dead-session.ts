/**
 * Whether a listing lost, all at once, what is stored: nothing is listed although something is stored, or a listed
 * parent (task, problem, student) has no children although some are stored. That is what the answers of a session that
 * died look like, for the LMS may go on answering 200 with empty lists: such a loss must be confirmed before it counts.
 * @param stored each stored parent's key, with whether children of it are stored
 * @param listed each listed parent's key, with the number of its children
 */
export function isSuddenlyEmpty(stored: ReadonlyMap<string, boolean>, listed: ReadonlyMap<string, number>): boolean {
  if (listed.size === 0) return stored.size > 0;
  for (const [key, children] of listed) {
    if (children === 0 && stored.get(key) === true) return true;
  }
  return false;
}

/** A run of empty lists that is longer than chance makes it where every second list is empty. */
const SILENCE_LENGTH = 12;

/**
 * Whether the last lists were all empty, as after a session that died half-way: of a learning date nothing is stored yet
 * that could be missed. Also true of a holiday, so it asks for a look at the session and proves nothing.
 * @param sizes of the lists in the order in which they were asked for
 */
export function fellSilent(sizes: readonly number[]): boolean {
  return sizes.length >= SILENCE_LENGTH && sizes.slice(-SILENCE_LENGTH).every((size) => size === 0);
}

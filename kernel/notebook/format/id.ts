// Ids of cells: eight characters, random for new cells, derived where a file needs repair.

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';

/**
 * A new id of 8 characters from a–z and 0–9 that is not taken.
 * @param random uniform in [0, 1)
 */
export function newCellId(taken: ReadonlySet<string>, random: () => number = Math.random): string {
  for (;;) {
    let id = '';
    for (let i = 0; i < 8; i++) id += alphabet[Math.floor(random() * alphabet.length)];
    if (!taken.has(id)) return id;
  }
}

/** The same id for the same cell of the same file, so that opening a file twice gives the same notebook. */
export function repairedCellId(taken: ReadonlySet<string>, seed: string): string {
  // FNV-1a, then mulberry32
  let state = 0x811c9dc5;
  for (let i = 0; i < seed.length; i++) state = Math.imul(state ^ seed.charCodeAt(i), 0x01000193);
  return newCellId(taken, () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  });
}

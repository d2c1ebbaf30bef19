// Ids of cells: eight characters, random for new cells, and derived from the file for cells that need a repair.

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';

/**
 * Makes a new id: 8 characters from a–z and 0–9, not in `taken`.
 * @param random returns uniform numbers in [0, 1)
 */
export function newCellId(taken: ReadonlySet<string>, random: () => number = Math.random): string {
  for (;;) {
    let id = '';
    for (let i = 0; i < 8; i++) id += alphabet[Math.floor(random() * alphabet.length)];
    if (!taken.has(id)) return id;
  }
}

/** Makes an id that is the same whenever the same file is opened. @param seed identifies the cell in the file */
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

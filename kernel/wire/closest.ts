// Guesses what was meant by a misspelt name.

/**
 * The name that was probably meant: it differs in letter case alone, or by at most two edits, of which swapping two
 * neighboring letters is one. Names of up to three letters may differ by one edit.
 */
export function closest(name: string, names: Iterable<string>): string | undefined {
  const lower = name.toLowerCase();
  let best: string | undefined;
  let least = (name.length <= 3 ? 1 : 2) + 1;
  for (const candidate of names) {
    if (candidate === name || Math.abs(candidate.length - name.length) >= least) continue;
    const edits = candidate.toLowerCase() === lower ? 0 : distance(name, candidate);
    // Not a name of which nothing is left
    if (edits < least && edits < candidate.length) [best, least] = [candidate, edits];
    if (edits === 0) break;
  }
  return best;
}

/** `; did you mean "x"?`, or nothing. */
export function didYouMean(name: string, names: Iterable<string>): string {
  const near = closest(name, names);
  return near === undefined ? '' : `; did you mean "${near}"?`;
}

/**
 * Edits between two texts: a letter more, less or changed, or two neighbors swapped (Damerau and Levenshtein, where no
 * part is edited twice).
 */
export function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let edits = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) edits = Math.min(edits, before[j - 2]! + 1);
      row.push(edits);
    }
    [before, last] = [last, row];
  }
  return last[b.length]!;
}

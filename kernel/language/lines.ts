// Places in a text by line and column and by offset. Lines end as in VS Code and in the language server protocol.

/** A place in a text, both counted from 0; columns in UTF-16 units. */
export interface Position {
  line: number;
  character: number;
}

/** The offsets where the lines of a text begin. */
export function lineStarts(text: string): number[] {
  const starts = [0];
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 10 || (c === 13 && text.charCodeAt(i + 1) !== 10)) starts.push(i + 1);
  }
  return starts;
}

/** The index of the last number of an ascending list that is at most `value`; -1 if there is none. */
export function lastAtMost(list: readonly number[], value: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The place of an offset. */
export function positionAt(starts: readonly number[], offset: number): Position {
  const line = Math.max(0, lastAtMost(starts, offset));
  return { line, character: offset - starts[line]! };
}

/** The offset of a place; a column behind the end of its line is the start of the next line at most. */
export function offsetAt(starts: readonly number[], { line, character }: Position, length: number): number {
  if (line >= starts.length) return length;
  return Math.min(starts[line]! + character, starts[line + 1] ?? length);
}

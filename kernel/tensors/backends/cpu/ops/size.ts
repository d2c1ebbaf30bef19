// Sizes of shapes.

/** How many elements the axes `from` … `to` − 1 of a shape have, by default all. A loop: this is part of every op. */
export function sizeOf(shape: readonly number[], from = 0, to = shape.length): number {
  let n = 1;
  for (let i = from; i < to; i++) n *= shape[i]!;
  return n;
}

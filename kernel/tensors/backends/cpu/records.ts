// The arguments of those tasks of the program that JavaScript writes into memory itself: records of words of four bytes. The build
// makes the classes of AssemblyScript from them (generate.ts).

/** Where the running task's arguments lie, in bytes, as in assembly/pool.ts */
const ARGS = 2048;

export const records = {
  /** y = f(x), with f by its number in the table of elementwise ops and its attributes p and q; x, y [n] of four bytes each */
  UnaryArgs: { op: 'i32', x: 'usize', y: 'usize', n: 'i32', p: 'f32', q: 'f32' },
  /**
   * y = f(a, b), with y [n] read as rows of `inner` elements. Along a row an operand has consecutive elements (`aInner`, `bInner`
   * 1) or is one element (0); from row to row, along the outer axes, it has any strides. Without broadcasting, y is one row.
   */
  BinaryArgs: {
    op: 'i32',
    a: 'usize',
    b: 'usize',
    y: 'usize',
    n: 'i32',
    inner: 'i32',
    aInner: 'i32',
    bInner: 'i32',
    p: 'f32',
    q: 'f32',
    /** Of an element of a and of b */
    bytes: 'i32',
    /** How many outer axes follow this record, from the inside out: `Axis` records */
    outer: 'i32',
  },
  /** An outer axis; strides in elements */
  Axis: { length: 'i32', aStride: 'i32', bStride: 'i32' },
} as const satisfies Record<string, Record<string, 'i32' | 'usize' | 'f32'>>;

/** The place of each field of a record of arguments, as an index of the memory's 32-bit words */
export function wordsOf<Field extends string>(
  record: Readonly<Record<Field, string>>,
): Readonly<Record<Field, number>> {
  const fields = Object.keys(record) as Field[];
  return Object.fromEntries(fields.map((field, i) => [field, ARGS / 4 + i])) as Record<Field, number>;
}

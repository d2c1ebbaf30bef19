// Records that JavaScript writes into the program's memory for it to read, arguments of tasks above all: words of four
// bytes. The build makes the classes of AssemblyScript from them (generate.ts).

import { ARGS } from './assembly/memory-map.ts';

export const records = {
  /**
   * y = f(x), with f by its number in the table of elementwise ops and its attributes p and q; x, y [n] of four bytes
   * each
   */
  UnaryArgs: { op: 'i32', x: 'usize', y: 'usize', n: 'i32', p: 'f32', q: 'f32' },
  /**
   * y = f(a, b), with y [n] read as rows of `inner` elements. Along a row an operand has consecutive elements
   * (`aInner`, `bInner` 1) or is one element (0); from row to row, along the outer axes, it has any strides. Without
   * broadcasting, y is one row.
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
  /** An update of `count` parameters by an optimizer's rule; the numbers of its loop follow */
  UpdateArgs: {
    rule: 'i32',
    /** Address of `Parameter` [count] */
    parameters: 'usize',
    count: 'i32',
    /** Elements of all parameters, those of each rounded up to a multiple of 16 */
    total: 'i32',
  },
  /** Addresses of a parameter, of its gradient and of what the optimizer keeps for it: `n` float32 each */
  Parameter: {
    /** Where its elements begin among those of all parameters: a multiple of 16 */
    start: 'i32',
    n: 'i32',
    value: 'usize',
    gradient: 'usize',
    slot0: 'usize',
    slot1: 'usize',
    slot2: 'usize',
    unused: 'i32',
  },
} as const satisfies Record<string, Record<string, 'i32' | 'usize' | 'f32'>>;

/**
 * The place of each field of a record, as an index of the memory's 32-bit words.
 * @param first that of the record; by default where the running task's arguments lie
 */
export function wordsOf<Field extends string>(
  record: Readonly<Record<Field, string>>,
  first = ARGS / 4,
): Readonly<Record<Field, number>> {
  const fields = Object.keys(record) as Field[];
  return Object.fromEntries(fields.map((field, i) => [field, first + i])) as Record<Field, number>;
}

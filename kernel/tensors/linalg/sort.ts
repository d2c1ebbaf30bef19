// The order of numbers: ascending or descending, equal numbers in the order that they have, NaN as the largest.

/** A number's bits in their order and its place share a float64. */
const INDEX_BITS = 21;
const MOST = 2 ** INDEX_BITS;
/** The order of NaN: above infinity. */
const NAN_ORDER = 0x7fffffff;

/** The places of the numbers in their order. @param integers they are int32 */
export function sortRow(x: Float32Array | Int32Array, descending: boolean, integers: boolean): ArrayLike<number> {
  const n = x.length;
  if (n > MOST || x.BYTES_PER_ELEMENT !== 4) return compared(x, descending);
  const bits = integers ? x : new Int32Array(x.buffer, x.byteOffset, n);
  const keys = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const b = bits[i]!;
    let order = b;
    if (!integers) order = Number.isNaN(x[i]!) ? NAN_ORDER : b < 0 ? -(b & 0x7fffffff) : b;
    keys[i] = (descending ? -order : order) * MOST + i;
  }
  keys.sort();
  for (let i = 0; i < n; i++) keys[i] = ((keys[i]! % MOST) + MOST) % MOST;
  return keys;
}

function compared(x: ArrayLike<number>, descending: boolean): number[] {
  const rank = (v: number) => (Number.isNaN(v) ? 1 : 0);
  const compare = (i: number, j: number) => {
    const [a, b] = [x[i]!, x[j]!];
    return rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0);
  };
  const sign = descending ? -1 : 1;
  return Array.from({ length: x.length }, (_, i) => i).sort((i, j) => sign * compare(i, j) || i - j);
}

// Numbers of 16 bits as files have them: half precision (IEEE 754 binary16) and bfloat16, the upper half of a float32.

/** A half-precision number (IEEE 754 binary16) as a number. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The nearest half-precision number, of two equally near ones the even one. */
export function toHalf(x: number): number {
  if (Number.isNaN(x)) return 0x7e00;
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0;
  const size = Math.abs(x);
  // Half of the gap behind the largest number
  if (size >= 65520) return sign | 0x7c00;
  const exponent = Math.max(-14, Math.floor(Math.log2(size || 1e-30)));
  const steps = roundEven(size / 2 ** (exponent - 10));
  // Of a normal number, 1024 steps are its leading bit; rounding up may carry into the exponent
  return sign | (exponent === -14 ? steps : ((exponent + 14) << 10) + steps);
}

function roundEven(x: number): number {
  const low = Math.floor(x);
  const rest = x - low;
  return rest > 0.5 || (rest === 0.5 && low % 2 === 1) ? low + 1 : low;
}

const word = new Float32Array(1);
const bits = new Uint32Array(word.buffer);

/** A bfloat16 as a number. */
export function fromBfloat(upper: number): number {
  bits[0] = upper << 16;
  return word[0]!;
}

/** The nearest bfloat16, of two equally near ones the even one. */
export function toBfloat(x: number): number {
  word[0] = x;
  if (Number.isNaN(x)) return 0x7fc0;
  return ((bits[0]! + 0x7fff + ((bits[0]! >>> 16) & 1)) >>> 16) & 0xffff;
}

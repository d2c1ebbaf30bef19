// Shapes of arrays and tensors: the size of a shape, its text in errors, and what counts as an array.

/** How many numbers an array of this shape holds. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((size, n) => size * n, 1);

/** `[28, 28, 1]` */
export const shapeText = (shape: readonly (number | null)[]): string => `[${shape.join(', ')}]`;

/** Whether a value is an array or a typed array. */
export const isArrayLike = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value);

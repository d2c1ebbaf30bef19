// Checks of options: the names that a function knows, and the numbers that it takes. An unknown name is an error,
// because it is usually a typing error and would otherwise have no effect.

/** One `true` for each option, so that the compiler notices a missing one. */
export type OptionNames<T> = Record<keyof Required<T>, true>;

/** @throws TypeError that names the unknown options, and the known ones */
export function checkOptions<T extends object>(where: string, options: T, names: OptionNames<T>): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new TypeError(
      `${where}: the options must be an object, got ${Array.isArray(options) ? 'an array' : String(options)}`,
    );
  const unknown = Object.keys(options).filter((name) => !Object.hasOwn(names, name));
  if (unknown.length === 0) return;
  const known = Object.keys(names).map((name) => JSON.stringify(name));
  throw new TypeError(
    `${where}: there is no option ${unknown.map((name) => `"${name}"`).join(', ')}; there are ${known.join(', ')}`,
  );
}

/** @returns the value, an integer ≥ `least` @throws RangeError that names the option */
export function checkCount(where: string, option: string, value: number, least = 1): number {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(`${where}: ${option} must be an integer of at least ${least}, got ${String(value)}`);
  }
  return value;
}

/** @returns the value, a finite number in [low, high] @throws RangeError that names the option */
export function checkNumber(where: string, option: string, value: number, low = 0, high = Number.MAX_VALUE): number {
  if (typeof value !== 'number' || !(value >= low && value <= high)) {
    const range = high === Number.MAX_VALUE ? `of at least ${low}` : `from ${low} to ${high}`;
    throw new RangeError(`${where}: ${option} must be a number ${range}, got ${String(value)}`);
  }
  return value;
}

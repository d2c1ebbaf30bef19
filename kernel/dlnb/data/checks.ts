// Checks of the generators' options: a wrong one is named, with what would be right.

/** An integer ≥ `least`, or a RangeError that names the option. */
export function count(generator: string, option: string, value: number, least = 1): number {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(`${generator}: ${option} must be an integer of at least ${least}, got ${String(value)}`);
  }
  return value;
}

/** A finite number in [low, high], or a RangeError that names the option. */
export function amount(generator: string, option: string, value: number, low = 0, high = Number.MAX_VALUE): number {
  if (typeof value !== 'number' || !(value >= low && value <= high)) {
    const range = high === Number.MAX_VALUE ? `of at least ${low}` : `from ${low} to ${high}`;
    throw new RangeError(`${generator}: ${option} must be a number ${range}, got ${String(value)}`);
  }
  return value;
}

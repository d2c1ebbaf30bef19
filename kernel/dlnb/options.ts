// Names of options: one that is not known is a slip of the pen, and would otherwise be passed over without a word.

/** One `true` for each option that there is, so that the compiler sees when one is missing. */
export type OptionNames<T> = Record<keyof Required<T>, true>;

/** @throws TypeError that names what is unknown, and the options that there are */
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

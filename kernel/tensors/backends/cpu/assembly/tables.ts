// Tables: records that JavaScript writes one behind the other.

/** The address of a table of records `T`. */
export type Table<T> = usize;

/** Record `i` of a table. */
// @ts-ignore: decorator
@inline
export function entry<T>(table: Table<T>, i: i32): T {
  return changetype<T>(table + <usize>i * offsetof<T>());
}

// The protocol by which a value displays itself.

/** The method that returns `{ [mime]: data }`, or a promise of it. The protocol is Deno's. */
export const DISPLAY = Symbol.for('Jupyter.display');

/** A value that displays itself. */
export interface Displayable {
  [DISPLAY](): Record<string, unknown> | Promise<Record<string, unknown>>;
}

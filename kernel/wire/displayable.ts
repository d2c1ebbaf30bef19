// The protocol by which a value says what it looks like.

/** The method by which a value renders itself: returns `{ [mime]: data }`, or a promise of it. The protocol is Deno's. */
export const DISPLAY = Symbol.for('Jupyter.display');

/** A value that renders itself. */
export interface Displayable {
  [DISPLAY](): Record<string, unknown> | Promise<Record<string, unknown>>;
}

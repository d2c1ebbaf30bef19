// Loops that were left before their end. JavaScript tells an iterator that its loop was left, but not why: by `break`,
// by an error in the body, or by an interrupt.

/** Whether the run of a cell is interrupted. The runs of a session say so. */
export const isInterrupted = (run: object | undefined): boolean =>
  (run as { interrupted?: boolean } | undefined)?.interrupted === true;

/**
 * The loops that were left in the present task. If their cell fails before another task begins, its error has ended
 * them; otherwise the user's own code did.
 */
export class LeftLoops<T> {
  private readonly recent = new Map<T, object>();

  /** @param run the run of a cell that the loop belongs to */
  add(loop: T, run: object): void {
    this.recent.set(loop, run);
    // The end of a cell is reported within two turns of the event loop
    setImmediate(() => setImmediate(() => this.recent.delete(loop)));
  }

  /** The loop goes on, or ended in another way. */
  delete(loop: T): void {
    this.recent.delete(loop);
  }

  /** Takes the loops that an error of this run has ended. */
  take(run: object): T[] {
    const taken = [...this.recent].filter(([, of]) => of === run).map(([loop]) => loop);
    for (const loop of taken) this.recent.delete(loop);
    return taken;
  }
}

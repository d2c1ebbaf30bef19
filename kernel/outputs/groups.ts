// `console.group` without its end, in a cell that failed, must not indent what later cells print.

/** How far the lines of a console are indented, and a way back there. */
export class ConsoleGroups {
  private readonly indent: symbol | undefined;
  private readonly end: () => void;

  constructor(private readonly console: Console) {
    const fields = console as unknown as Record<symbol, unknown>;
    // Its name differs among versions of Node
    this.indent = Object.getOwnPropertySymbols(console).find(
      (s) => s.description?.startsWith('kGroupIndent') && typeof fields[s] === 'string',
    );
    this.end = console.groupEnd.bind(console);
  }

  /** The indent now, in characters. */
  get depth(): number {
    const indent = this.indent && (this.console as unknown as Record<symbol, unknown>)[this.indent];
    return typeof indent === 'string' ? indent.length : 0;
  }

  /** Ends the groups that were begun since the indent was `depth`. */
  endTo(depth: number): void {
    for (let now = this.depth; now > depth; now = this.depth) {
      this.end();
      if (this.depth >= now) return;
    }
  }
}

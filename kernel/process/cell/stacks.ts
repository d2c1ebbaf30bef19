// What `error.stack` says in cells: places as typed, without frames of the kernel and of Node. So a printed error, an
// error in a value and a stack that a cell reads say the same in every run and on every machine. A stack is made when
// it is first read; an error whose stack nobody reads costs nothing.

/** A stack trace that V8 has made. */
export interface Trace {
  /** Its frames as V8 prints them, one a line. */
  raw: string;
  /** What `error.stack` gave instead. */
  shown: unknown;
}

type Prepare = (error: Error, sites: NodeJS.CallSite[]) => unknown;

export interface StackWriter {
  /** The lines of a stack, made from frames as V8 prints them. */
  lines(error: object, raw: string): string[];
  /** A call site as typed, for a `prepareStackTrace` of the user; undefined for one of the kernel. */
  site(site: NodeJS.CallSite): NodeJS.CallSite | undefined;
}

/** Takes the place of `Error.prepareStackTrace`. A function that a cell sets there gets the user's frames only. */
export class Stacks {
  private readonly traces = new WeakMap<object, Trace>();
  /** Node's own function, which knows how to begin a stack; older versions of Node 20 have none. */
  private readonly standard = Error.prepareStackTrace as Prepare | undefined;
  private readonly own: Prepare = (error, sites) => this.prepare(error, sites);
  private current = this.own;
  /** The functions that cells have set, and what stands for each of them. */
  private readonly wrapped = new WeakMap<Prepare, Prepare>();
  private readonly wrappers = new WeakSet<Prepare>();

  constructor(private readonly writer: StackWriter) {}

  /** Puts itself in place, also again after a cell has defined the property anew: then that function is kept. */
  attach(): void {
    const found = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
    if (found?.get === this.get) return;
    Object.defineProperty(Error, 'prepareStackTrace', { configurable: true, get: this.get, set: this.set });
    if (found?.value !== this.standard) this.set(found?.value);
  }

  /** The trace of an error whose stack has been read, unless the stack was replaced since. */
  traceOf(error: object, stack: unknown): Trace | undefined {
    const trace = this.traces.get(error);
    return trace && Object.is(trace.shown, stack) ? trace : undefined;
  }

  private readonly get = (): Prepare => this.current;

  private readonly set = (wanted: unknown): void => {
    if (typeof wanted !== 'function' || wanted === this.standard) this.current = this.own;
    else if (wanted === this.own || this.wrappers.has(wanted as Prepare)) this.current = wanted as Prepare;
    else this.current = this.wrapper(wanted as Prepare);
  };

  private wrapper(theirs: Prepare): Prepare {
    let wrapper = this.wrapped.get(theirs);
    if (!wrapper) {
      wrapper = (error, sites) => this.prepare(error, sites, theirs);
      this.wrapped.set(theirs, wrapper);
      this.wrappers.add(wrapper);
    }
    return wrapper;
  }

  private prepare(error: Error, sites: NodeJS.CallSite[], theirs?: Prepare): unknown {
    const raw = sites.map((site) => `    at ${String(site)}`).join('\n');
    const shown = theirs
      ? theirs.call(
          Error,
          error,
          sites.flatMap((site) => this.writer.site(site) ?? []),
        )
      : [this.head(error), ...this.writer.lines(error, raw)].join('\n');
    this.traces.set(error, { raw, shown });
    return shown;
  }

  /** `TypeError: message`, as Node begins a stack. */
  private head(error: Error): string {
    try {
      return this.standard ? String(this.standard(error, [])) : Error.prototype.toString.call(error);
    } catch {
      return 'Error';
    }
  }
}

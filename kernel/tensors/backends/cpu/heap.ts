// Memory for tensors inside of one WebAssembly memory: who gets which bytes. Knows nothing of tensors.

const LINE = 64; // bytes of a cache line, and the alignment of every block
const PAGE = 65536; // bytes of a page of WebAssembly
const SMALL = 8; // lines: up to here, each number of lines is a class
const STEP = 16 * 1024 * 1024; // the memory grows by at least this much at a time

/** Thrown by `Heap.allocate` when the memory cannot grow any more. */
export class HeapFullError extends Error {}

/**
 * An allocator with size classes: eight to each doubling of the size, so that at most an eighth of a block is unused. A
 * freed block is reused by the next request of its class. Before the memory grows, free neighbors are merged and given
 * to any class.
 */
export class Heap {
  /** Free blocks of each class, last freed first: its bytes are the likeliest to be in the cache. */
  private readonly free = new Map<number, number[]>();
  /** The same for blocks of 1 to 8 lines, which most tensors of a small model have: found without a look-up. */
  private readonly small: number[][] = Array.from({ length: SMALL + 1 }, () => []);
  /** Merged free memory, by address. */
  private spans: { at: number; size: number }[] = [];
  private top: number;
  private end: number;
  private freeBytes = 0;
  /** Bytes of blocks in use. */
  used = 0;
  /** The most that have been in use at any time. */
  peak = 0;

  /**
   * @param memory the memory; its first `base` bytes are left alone
   * @param limit bytes that the memory may grow to
   */
  constructor(
    readonly memory: WebAssembly.Memory,
    base: number,
    readonly limit: number,
  ) {
    this.top = Math.ceil(base / LINE) * LINE;
    this.end = memory.buffer.byteLength;
  }

  /** Bytes that the memory has taken from the system. */
  get size(): number {
    return this.end;
  }

  /** The bytes that a block of `bytes` really takes. */
  static sizeClass(bytes: number): number {
    if (bytes <= SMALL * LINE) return bytes <= LINE ? LINE : (bytes + LINE - 1) & -LINE;
    // An eighth of the power of two below; in whole numbers of 32 bits while they hold it
    if (bytes <= 2 ** 30) {
      const grain = 1 << (28 - Math.clz32(bytes - 1));
      return (bytes + grain - 1) & -grain;
    }
    const grain = 2 ** (Math.floor(Math.log2(bytes - 1)) - 3);
    return Math.ceil(bytes / grain) * grain;
  }

  /**
   * A block of at least `bytes` bytes, aligned to 64; what it holds is undefined.
   * @returns its address
   * @throws HeapFullError when the limit is reached or the system has no more memory
   * @throws RangeError if `bytes` is not a whole number above 0: all later addresses would be wrong
   */
  allocate(bytes: number): number {
    if (!(Number.isInteger(bytes) && bytes > 0)) throw new RangeError(`A block cannot have ${bytes} bytes`);
    const size = Heap.sizeClass(bytes);
    const block = (size <= SMALL * LINE ? this.small[size / LINE] : this.free.get(size))?.pop();
    let at: number;
    if (block !== undefined) {
      this.freeBytes -= size;
      at = block;
    } else {
      at = this.fromSpans(size) ?? this.fromTop(size);
    }
    this.used += size;
    if (this.used > this.peak) this.peak = this.used;
    return at;
  }

  /** Gives a block back. `bytes` is what it was asked for with. */
  release(at: number, bytes: number): void {
    const size = Heap.sizeClass(bytes);
    const list = size <= SMALL * LINE ? this.small[size / LINE] : this.free.get(size);
    if (list) list.push(at);
    else this.free.set(size, [at]);
    this.freeBytes += size;
    this.used -= size;
  }

  /** The largest block that is free, in bytes, and how many bytes the memory may yet grow by. For messages. */
  largestPiece(): { bytes: number; canGrow: number } {
    this.merge();
    const spans = this.spans.map(({ size }) => size);
    const canGrow = this.limit - this.end;
    return { bytes: Math.max(this.end - this.top - LINE, 0, ...spans), canGrow };
  }

  /** The smallest span that holds `size` bytes gives up its first ones. */
  private fromSpans(size: number): number | undefined {
    let best = -1;
    for (let i = 0; i < this.spans.length; i++) {
      const span = this.spans[i]!;
      if (span.size >= size && (best < 0 || span.size < this.spans[best]!.size)) best = i;
    }
    const span = this.spans[best];
    if (!span) return undefined;
    const { at } = span;
    span.at += size;
    span.size -= size;
    if (span.size === 0) this.spans.splice(best, 1);
    this.freeBytes -= size;
    return at;
  }

  private fromTop(size: number): number {
    // Op kernels may read, not write, a few numbers past the end of a tensor
    const missing = () => this.top + size + LINE - this.end;
    if (missing() > 0) {
      const worthwhile = this.freeBytes >= size && this.freeBytes > this.end / 8;
      const at = worthwhile ? this.fromMerged(size) : undefined;
      if (at !== undefined) return at;
      if (missing() > 0 && !this.grow(missing())) {
        const last = this.fromMerged(size);
        if (last !== undefined) return last;
        if (missing() > 0) throw new HeapFullError();
      }
    }
    const at = this.top;
    this.top += size;
    return at;
  }

  private fromMerged(size: number): number | undefined {
    this.merge();
    return this.fromSpans(size);
  }

  /**
   * Makes one span of free blocks that lie side by side; one at the end of the used memory is given back to the top.
   */
  private merge(): void {
    const blocks = this.spans;
    for (const [size, list] of this.free) for (const at of list) blocks.push({ at, size });
    this.free.clear();
    this.small.forEach((list, lines) => {
      for (const at of list) blocks.push({ at, size: lines * LINE });
      list.length = 0;
    });
    blocks.sort((a, b) => a.at - b.at);
    const spans: typeof blocks = [];
    for (const block of blocks) {
      const last = spans.at(-1);
      if (last && last.at + last.size === block.at) last.size += block.size;
      else spans.push(block);
    }
    const last = spans.at(-1);
    if (last && last.at + last.size === this.top) {
      this.top = last.at;
      this.freeBytes -= last.size;
      spans.pop();
    }
    this.spans = spans;
  }

  /** @returns whether the memory has grown by at least `bytes` */
  private grow(bytes: number): boolean {
    const wanted = Math.max(bytes, STEP, this.end / 8);
    for (const by of [Math.min(wanted, this.limit - this.end), bytes]) {
      if (by < bytes || this.end + by > this.limit) continue;
      try {
        this.memory.grow(Math.ceil(by / PAGE));
        this.end = this.memory.buffer.byteLength;
        return true;
      } catch {
        // the system does not have that much: ask for less
      }
    }
    return false;
  }
}

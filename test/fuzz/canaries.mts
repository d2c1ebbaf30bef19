// Canaries around every block of the device `cpu`: known bytes before and after it, which nothing may write to. The
// block itself begins as NaN, so that a number that is read before it is written shows, and ends as NaN.
import type { Heap } from '../../kernel/tensors/backends/cpu/heap.ts';

/** Bytes before and after each block. A multiple of 64, to which blocks are aligned. */
const MARGIN = 128;
const CANARY = 0xa5;
const FRESH = 0xff;

type GuardedHeap = Pick<Heap, 'allocate' | 'release' | 'memory'>;

export interface Canaries {
  /** Looks at the margins of all blocks in use. @returns what was overwritten since the last time; empty if nothing */
  check(): string[];
  /** Number of blocks in use. */
  readonly blocks: number;
}

/** Puts margins around all that the heap allocates from now on. */
export function guard(heap: GuardedHeap): Canaries {
  const inUse = new Map<number, number>();
  const found: string[] = [];
  const allocate = heap.allocate.bind(heap);
  const release = heap.release.bind(heap);
  let memory = new Uint8Array(heap.memory.buffer);
  const bytesOf = () => {
    if (memory.buffer !== heap.memory.buffer) memory = new Uint8Array(heap.memory.buffer);
    return memory;
  };
  const look = (at: number, bytes: number) => {
    const all = bytesOf();
    for (let i = 1; i <= MARGIN; i++)
      if (all[at - i] !== CANARY) {
        found.push(`byte ${-i} before a block of ${bytes} bytes was overwritten`);
        all.fill(CANARY, at - MARGIN, at);
        break;
      }
    for (let i = 0; i < MARGIN; i++)
      if (all[at + bytes + i] !== CANARY) {
        found.push(`byte ${i} past a block of ${bytes} bytes was overwritten`);
        all.fill(CANARY, at + bytes, at + bytes + MARGIN);
        break;
      }
  };
  heap.allocate = (bytes) => {
    if (!(Number.isInteger(bytes) && bytes > 0)) {
      found.push(`a block of ${bytes} bytes was asked for`);
      throw new Error(`canaries: a block of ${bytes} bytes was asked for`);
    }
    const at = allocate(bytes + 2 * MARGIN) + MARGIN;
    bytesOf()
      .fill(CANARY, at - MARGIN, at)
      .fill(FRESH, at, at + bytes)
      .fill(CANARY, at + bytes, at + bytes + MARGIN);
    inUse.set(at, bytes);
    return at;
  };
  heap.release = (at, bytes) => {
    const was = inUse.get(at);
    if (was !== bytes) found.push(`a block at ${at} of ${bytes} bytes was given back, but ${was ?? 'none'} is in use`);
    else {
      look(at, bytes);
      bytesOf().fill(FRESH, at, at + bytes);
      inUse.delete(at);
      release(at - MARGIN, bytes + 2 * MARGIN);
    }
  };
  return {
    check: () => {
      for (const [at, bytes] of inUse) look(at, bytes);
      return found.splice(0);
    },
    get blocks() {
      return inUse.size;
    },
  };
}

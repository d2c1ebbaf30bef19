// The memory of the device `cpu`: who gets which bytes.
import { describe, expect, it } from 'vitest';
import { Heap, HeapFullError } from '../../../../../../kernel/tensors/backends/cpu/heap.ts';
import { randomOf } from '../../../../../gradients/random.ts';

const MB = 1 << 20;
const memory = (pages = 16, maximum = 2048) => new WebAssembly.Memory({ initial: pages, maximum, shared: true });

interface Block {
  at: number;
  bytes: number;
}

/** Throws if two blocks overlap. */
function apart(blocks: Iterable<Block>): void {
  const sorted = [...blocks].sort((a, b) => a.at - b.at);
  sorted.forEach((block, i) => {
    const next = sorted[i + 1];
    if (next && block.at + block.bytes > next.at) throw new Error(`${block.at} + ${block.bytes} > ${next.at}`);
  });
}

describe('size classes', () => {
  it('hold what is asked for, in whole cache lines, with an eighth unused at most', () => {
    for (let bytes = 1; bytes < 64 * MB; bytes = Math.ceil(bytes * 1.037)) {
      const size = Heap.sizeClass(bytes);
      expect(size % 64).toBe(0);
      expect(size).toBeGreaterThanOrEqual(bytes);
      if (bytes > 512) expect((size - bytes) / size).toBeLessThanOrEqual(1 / 8);
      expect(Heap.sizeClass(size)).toBe(size);
    }
  });
});

describe('blocks', () => {
  it('do not overlap, are aligned, lie inside of the memory and behind its base, whatever is taken and given back', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = randomOf(String(seed));
      const heap = new Heap(memory(), 70_000, 96 * MB);
      const blocks = new Map<number, Block>();
      let used = 0;
      for (let step = 0; step < 3000; step++) {
        if (random() < 0.55 || blocks.size === 0) {
          const bytes = Math.ceil(2 ** (random() * 21));
          const at = heap.allocate(bytes);
          expect(at % 64).toBe(0);
          expect(at).toBeGreaterThanOrEqual(70_000);
          expect(at + bytes).toBeLessThanOrEqual(heap.memory.buffer.byteLength);
          expect(blocks.has(at)).toBe(false);
          blocks.set(at, { at, bytes });
          used += Heap.sizeClass(bytes);
        } else {
          const all = [...blocks.values()];
          const { at, bytes } = all[Math.floor(random() * all.length)]!;
          heap.release(at, bytes);
          blocks.delete(at);
          used -= Heap.sizeClass(bytes);
        }
        expect(heap.used).toBe(used);
        if (step % 100 === 0) apart(blocks.values());
      }
      apart(blocks.values());
    }
  });

  it('that are given back are taken again before the memory grows', () => {
    const heap = new Heap(memory(), 0, 512 * MB);
    const step = () => {
      const blocks = [3000, 100_000, 2 * MB, 77, 9 * MB].map((bytes) => ({ at: heap.allocate(bytes), bytes }));
      for (const { at, bytes } of blocks) heap.release(at, bytes);
    };
    step();
    const { size } = heap;
    for (let i = 0; i < 1000; i++) step();
    expect(heap.size).toBe(size);
    expect(heap.used).toBe(0);
  });

  it('that lie side by side are merged for a larger one', () => {
    const limit = 32 * MB;
    const heap = new Heap(memory(), 0, limit);
    const small: number[] = [];
    for (let i = 0; i < 240; i++) small.push(heap.allocate(128 * 1024));
    expect(() => heap.allocate(20 * MB)).toThrow(HeapFullError);
    for (const at of small.slice(0, 200)) heap.release(at, 128 * 1024);
    expect(heap.allocate(20 * MB)).toBeLessThan(limit);
  });
});

describe('the end of the memory', () => {
  it('is an error, after which what is given back can be taken', () => {
    const heap = new Heap(memory(16, 512), 0, 20 * MB);
    const first = heap.allocate(12 * MB);
    expect(() => heap.allocate(12 * MB)).toThrow(HeapFullError);
    heap.release(first, 12 * MB);
    expect(heap.allocate(12 * MB)).toBe(first);
  });

  it('comes when the system has no more, too', () => {
    const heap = new Heap(memory(16, 64), 0, 1024 * MB);
    expect(() => heap.allocate(8 * MB)).toThrow(HeapFullError);
    expect(heap.allocate(1 * MB)).toBeGreaterThanOrEqual(0);
  });

  it('leaves room behind the last block for op kernels that read a little past the end', () => {
    const heap = new Heap(memory(), 0, 64 * MB);
    for (let i = 0; i < 5000; i++) {
      const bytes = 1 + ((i * 7919) % 9000);
      expect(heap.allocate(bytes) + bytes + 64).toBeLessThanOrEqual(heap.memory.buffer.byteLength);
    }
  });
});

describe('sizes that are none', () => {
  it.each([NaN, -64, 0, 1.5])('%d bytes are refused, and later addresses are right', (bytes) => {
    const heap = new Heap(memory(), 1024, 16 * MB);
    expect(() => heap.allocate(bytes)).toThrow(RangeError);
    expect(heap.allocate(64)).toBe(1024);
  });
});

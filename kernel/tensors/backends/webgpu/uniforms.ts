// The uniforms of the device `webgpu`. An op that comes again, as in every step of a training, has the same uniforms
// again, so they are written once and found by their content.

import type { Commands } from './commands.ts';

/** The numbers of one uniform, as TensorFlow.js's op kernels hand them over. */
export interface UniformPart {
  type: 'int32' | 'uint32' | 'float32';
  data: number[];
}

/** The uniforms of one dispatch, in a buffer. */
export interface Uniforms {
  /** A unique number, for keys. */
  key: number;
  buffer: GPUBuffer;
  offset: number;
  size: number;
  /** The last batch of commands that uses them. */
  usedIn: number;
  /** How many recorded commands bind them: while there is one, nothing else is written there. */
  pins: number;
}

/**
 * Bytes of a place in a shared buffer: the alignment that every device accepts. Larger uniforms get a buffer of their
 * own.
 */
const SLOT = 256;
/** Bytes of a buffer that many uniforms share. */
const BLOCK = 256 * SLOT;
/** New uniforms after which those that were not used since the last such moment are forgotten. */
const GENERATION = 4096;
/** Bytes that the largest uniforms take: those of an update of 24 parameters need about 600. */
const LARGEST = 4096;

const scratch = new ArrayBuffer(LARGEST);
const ints = new Int32Array(scratch);
const uints = new Uint32Array(scratch);
const floats = new Float32Array(scratch);
const halves = new Uint16Array(scratch);

export class UniformCache {
  private young = new Map<string, Uniforms>();
  private old = new Map<string, Uniforms>();
  private free: Uniforms[] = [];
  private made = 0;

  constructor(
    private readonly device: GPUDevice,
    private readonly commands: Commands,
  ) {}

  /** Finds uniforms with this content, or writes them. */
  get(parts: readonly UniformPart[]): Uniforms {
    const size = pack(parts);
    const content = contentOf(size);
    let uniforms = this.young.get(content) ?? this.old.get(content);
    if (!uniforms) {
      uniforms = this.slot(size);
      this.device.queue.writeBuffer(uniforms.buffer, uniforms.offset, scratch, 0, size);
    }
    if (!this.young.has(content)) this.young.set(content, uniforms);
    uniforms.usedIn = this.commands.batch;
    return uniforms;
  }

  /** A key that is the same for the same numbers only. */
  contentOf(parts: readonly UniformPart[]): string {
    return contentOf(pack(parts));
  }

  /** Uniforms in a buffer of their own, with any content: `write` fills them. */
  own(parts: readonly UniformPart[]): Uniforms {
    return this.make(pack(parts));
  }

  /** Writes uniforms of `own`, before the commands that are being encoded run. */
  write({ buffer, offset }: Uniforms, parts: readonly UniformPart[]): void {
    const size = pack(parts);
    this.device.queue.writeBuffer(buffer, offset, scratch, 0, size);
  }

  private slot(size: number): Uniforms {
    if (size > SLOT) return this.make(size);
    if (this.young.size >= GENERATION) this.forgetOld();
    if (this.free.length === 0) this.addBlock();
    const slot = this.free.pop()!;
    if (slot.usedIn === this.commands.batch) this.commands.submit();
    return { ...slot, key: ++this.made, size, pins: 0 };
  }

  private make(size: number): Uniforms {
    const buffer = this.device.createBuffer({ size, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
    return { key: ++this.made, buffer, offset: 0, size, usedIn: 0, pins: 0 };
  }

  private forgetOld(): void {
    this.commands.submit();
    for (const [content, uniforms] of this.old) {
      if (this.young.get(content) === uniforms) continue;
      if (uniforms.pins > 0) {
        this.young.set(content, uniforms);
        continue;
      }
      if (uniforms.size > SLOT) uniforms.buffer.destroy();
      else this.free.push(uniforms);
    }
    this.old = this.young;
    this.young = new Map();
  }

  private addBlock(): void {
    const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
    const buffer = this.device.createBuffer({ size: BLOCK, usage });
    for (let offset = BLOCK - SLOT; offset >= 0; offset -= SLOT)
      this.free.push({ key: 0, buffer, offset, size: SLOT, usedIn: 0, pins: 0 });
  }
}

/**
 * Lays the parts out in `scratch` as WGSL does in a struct: vectors of 2 are aligned to 8 bytes, longer ones to 16.
 * Five or six numbers are a struct in the struct, and the part after them is aligned to 16 as well.
 * @returns their size in bytes
 */
function pack(parts: readonly UniformPart[]): number {
  let at = 0;
  let before = 0;
  let widest = 4;
  for (const { type, data } of parts) {
    const n = data.length || 1;
    const alignment = before >= 5 || n > 2 ? 16 : 4 * n;
    if (alignment > widest) widest = alignment;
    const from = align(at, alignment);
    uints.fill(0, at >> 2, from >> 2);
    before = n;
    const target = type === 'int32' ? ints : type === 'uint32' ? uints : floats;
    if (data.length === 0) ints[from >> 2] = 1;
    else target.set(data, from >> 2);
    at = from + 4 * n;
  }
  const size = align(at, widest);
  uints.fill(0, at >> 2, size >> 2);
  return size;
}

const contentOf = (size: number) => String.fromCharCode.apply(null, halves.subarray(0, size / 2) as never as number[]);

const align = (n: number, to: number) => Math.ceil(n / to) * to;

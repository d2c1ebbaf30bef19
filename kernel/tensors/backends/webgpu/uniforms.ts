// The uniforms of the device `webgpu`. An op that comes again, as in every step of a training, has the same ones again: they are written
// once and found by their content.

import type { Commands } from './commands.ts';

/** Numbers of one uniform, as TensorFlow.js's op kernels hand them over. */
export interface UniformPart {
  type: 'int32' | 'uint32' | 'float32';
  data: number[];
}

/** Where uniforms lie. */
export interface Uniforms {
  /** A number of its own, for keys. */
  key: number;
  buffer: GPUBuffer;
  offset: number;
  size: number;
  usedIn: number;
  /** How many recorded commands bind them: as long as there are any, nothing else is written there. */
  pins: number;
}

/** Bytes of a buffer that many uniforms share. */
const BLOCK = 256 * 256;
/** As many as this stay found without being asked for. */
const GENERATION = 4096;

const scratch = new ArrayBuffer(4096);
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

  /** What tells uniforms apart. */
  contentOf(parts: readonly UniformPart[]): string {
    return contentOf(pack(parts));
  }

  /** Uniforms that are written anew each time, by `write`. */
  own(parts: readonly UniformPart[]): Uniforms {
    const size = pack(parts);
    const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
    return { key: ++this.made, buffer: this.device.createBuffer({ size, usage }), offset: 0, size, usedIn: 0, pins: 0 };
  }

  /** Before what is encoded next. */
  write({ buffer, offset }: Uniforms, parts: readonly UniformPart[]): void {
    const size = pack(parts);
    this.device.queue.writeBuffer(buffer, offset, scratch, 0, size);
  }

  private slot(size: number): Uniforms {
    if (size > 256) {
      const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
      return {
        key: ++this.made,
        buffer: this.device.createBuffer({ size, usage }),
        offset: 0,
        size,
        usedIn: 0,
        pins: 0,
      };
    }
    if (this.young.size >= GENERATION) this.forgetOld();
    if (this.free.length === 0) this.addBlock();
    const slot = this.free.pop()!;
    if (slot.usedIn === this.commands.batch) this.commands.submit();
    return { ...slot, key: ++this.made, size, pins: 0 };
  }

  private forgetOld(): void {
    this.commands.submit();
    for (const [content, uniforms] of this.old) {
      if (this.young.get(content) === uniforms) continue;
      if (uniforms.pins > 0) {
        this.young.set(content, uniforms);
        continue;
      }
      if (uniforms.size > 256) uniforms.buffer.destroy();
      else this.free.push(uniforms);
    }
    this.old = this.young;
    this.young = new Map();
  }

  private addBlock(): void {
    const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
    const buffer = this.device.createBuffer({ size: BLOCK, usage });
    for (let offset = BLOCK - 256; offset >= 0; offset -= 256)
      this.free.push({ key: 0, buffer, offset, size: 256, usedIn: 0, pins: 0 });
  }
}

/**
 * Lays the parts out as WGSL does a struct of them: vectors of 2 are aligned to 8 bytes, longer ones to 16.
 * @returns the bytes that they take in `scratch`
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

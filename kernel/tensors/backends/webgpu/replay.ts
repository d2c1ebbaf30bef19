// Capture and replay of training steps. The function of a step is called each time, but once its commands have been recorded, an op that comes
// again as it was (same op kernel, attributes, tensors of the same origin) is not computed: its outputs are those of the recording, and the
// commands of the whole step are handed to the graphics card at the end. So nothing can go wrong unseen: where the function does something
// else than before, what has been found the same is handed over, and the rest is computed as without a recording.
//
// Numbers that change from step to step, such as a learning rate, a seed or a constant made from a number of the program's, are written to
// where the recorded commands read them. What leaves the step (a loss, an assigned variable) is copied out of the recording's buffers.
import * as tf from '@tensorflow/tfjs-core';
import { ops } from '../../ops.ts';
import type { Dispatch, GpuData, WebGpuBackend } from './backend.ts';
import { roundUp, type Buffer } from './buffers.ts';
import type { UniformPart, Uniforms } from './uniforms.ts';

type Out = tf.TensorInfo | tf.TensorInfo[];
type Numbers = tf.backend_util.TypedArray;

/** Where data comes from: a place among what the step writes or computes, or the number of a tensor from outside. */
type Origin = string | number;

/** An op's input as it was recorded. */
interface Input {
  key: string;
  origin: Origin;
  shape: number[];
  dtype: tf.DataType;
}

interface Command {
  dispatch: Dispatch;
  group: GPUBindGroup;
  /** The uniforms that are bound, what is in them now, and whether they are its own, as they are once that has changed. */
  uniforms: Uniforms;
  content: string;
  isOwn: boolean;
  /** Which bindings are tensors from outside, by their numbers. */
  outside: [binding: number, number: number][];
}

interface Op {
  name: string;
  attrs: unknown;
  inputs: Input[];
  outputs: { origin: Origin; shape: number[]; dtype: tf.DataType; buffer: Buffer | undefined }[];
  commands: Command[];
  /** The recording's buffers that it writes. */
  writes: Set<Buffer>;
}

/** A tensor from outside, as the recorded commands need it. */
interface Outside {
  bytes: number;
  arena: object | undefined;
  offset: number;
}

/** A constant that the step uploads. */
interface Constant {
  buffer: Buffer;
  values: Numbers;
}

/** What has been recorded of a step. */
class Plan {
  readonly ops: Op[] = [];
  readonly outside: Outside[] = [];
  readonly constants = new Map<Origin, Constant>();
  /** The batch in which it was replayed last: its constants must not be written before that has been submitted. */
  batch = 0;
  private readonly buffers = new Set<Buffer>();
  private readonly free = new Map<number, Buffer[]>();
  recording = true;

  constructor(private readonly backend: WebGpuBackend) {}

  acquire(bytes: number, written: boolean): Buffer {
    const kept = written ? undefined : this.free.get(roundUp(bytes))?.pop();
    if (kept) return kept;
    const buffer = this.backend.buffers.acquire(bytes, written);
    buffer.planned = this;
    buffer.constant = written;
    this.buffers.add(buffer);
    return buffer;
  }

  release(buffer: Buffer): void {
    // A constant is written before the first command, and must stay until the last
    if (!this.recording || buffer.constant) return;
    const list = this.free.get(buffer.size);
    if (list) list.push(buffer);
    else this.free.set(buffer.size, [buffer]);
  }

  /** Gives the buffers back, but those that tensors still have, which keep them. */
  dispose(tensors: Iterable<GpuData>): void {
    for (const { commands } of this.ops) for (const { uniforms } of commands) uniforms.pins--;
    this.ops.length = 0;
    for (const { resource } of tensors) {
      if (!resource || !this.buffers.delete(resource)) continue;
      resource.planned = undefined;
    }
    for (const buffer of this.buffers) {
      buffer.planned = undefined;
      buffer.owner = undefined;
      this.backend.buffers.release(buffer);
    }
    this.buffers.clear();
  }
}

/** Thrown out of an op kernel that turns out to do something else than was recorded. */
class Different extends Error {}

type Mode = 'record' | 'replay' | 'eager';

/** One call of a step's function. */
class Run {
  /** Where data has come from that is new in this call. */
  private readonly origins = new Map<GpuData, Origin>();
  /** Data from outside: its number when recording, and what the numbers stand for when replaying. */
  private readonly numbers = new Map<GpuData, number>();
  private readonly outside: GpuData[] = [];
  /** Where those of them lie that have been disposed of before the commands that read them. */
  private readonly places = new Map<GpuData, { resource: Buffer; offset: number }>();
  private readonly deferred: Buffer[] = [];
  private readonly writes: [Buffer, Numbers, tf.DataType][] = [];
  private readonly uniformWrites: [Uniforms, readonly UniformPart[]][] = [];
  private written = 0;
  /** The next op, and the first whose commands have not been handed over. */
  private at = 0;
  private handedOver = 0;
  private current: Op | undefined;
  /** Data made within the running op kernel. */
  private made: GpuData[] = [];
  private compared = -1;
  why: string | undefined;

  constructor(
    private readonly backend: WebGpuBackend,
    readonly plan: Plan,
    public mode: Mode,
  ) {}

  // — What the backend asks and tells

  /** New data. */
  born(data: GpuData): void {
    if (this.current) this.made.push(data);
    else this.origins.set(data, `w${this.written++}`);
  }

  acquire(data: GpuData, written: boolean): Buffer {
    const isOwn = this.mode === 'record' && (this.origins.has(data) || this.made.includes(data));
    return isOwn ? this.plan.acquire(data.bytes, written) : this.backend.buffers.acquire(data.bytes, written);
  }

  /** Data is about to be disposed of. */
  disposing(data: GpuData): void {
    if (this.mode !== 'replay' || !this.outside.includes(data)) return;
    if (!data.resource && data.values) this.backend.uploadToGPU(data);
    if (data.resource) this.places.set(data, { resource: data.resource, offset: data.offset });
  }

  /** Data has let go of its buffer. */
  released(data: GpuData, buffer: Buffer): void {
    if (buffer.planned) {
      if (buffer.owner === data) buffer.owner = undefined;
      if (buffer.planned === this.plan) this.plan.release(buffer);
    } else this.releaseLater(buffer);
  }

  /** A buffer that commands not yet handed over may use. */
  releaseLater(buffer: Buffer): void {
    if (this.mode === 'replay') this.deferred.push(buffer);
    else this.backend.buffers.release(buffer);
  }

  /** A dispatch of the running op kernel. */
  dispatch(dispatch: Dispatch): void {
    if (this.mode === 'replay' && !this.current) this.diverge('a program runs outside of all ops');
    if (this.mode === 'replay') {
      if (this.compared < 0) throw new Different(`${this.current!.name} computes now on the graphics card`);
      this.compare(dispatch);
      return;
    }
    this.backend.encode(dispatch);
    if (this.mode === 'record') this.keep(dispatch);
  }

  /** Before data is read, or copied by somebody else. */
  beforeRead(): void {
    if (this.mode === 'replay') this.handOver();
  }

  // — Ops

  /** Stands in for the call of an op kernel. */
  op(name: string, inputs: Record<string, unknown>, attrs: unknown, compute: () => Out): Out {
    if (this.mode === 'eager' || this.current) return compute();
    return this.mode === 'record'
      ? this.record(name, inputs, attrs, compute)
      : this.replay(name, inputs, attrs, compute);
  }

  private record(name: string, inputs: Record<string, unknown>, attrs: unknown, compute: () => Out): Out {
    const op: Op = { name, attrs: copyOf(attrs), inputs: [], outputs: [], commands: [], writes: new Set() };
    this.eachInput(inputs, (key, { shape, dtype }, data) =>
      op.inputs.push({ key, origin: this.originOf(data), shape: [...shape], dtype }),
    );
    this.current = op;
    this.made = [];
    try {
      const out = compute();
      const outputs = Array.isArray(out) ? out : [out];
      outputs.forEach(({ dataId, shape, dtype }, i) => {
        const data = this.backend.dataOf(dataId);
        if (!this.origins.has(data) && this.made.includes(data))
          this.origins.set(data, `o${this.plan.ops.length}.${i}`);
        const buffer = op.commands.length > 0 ? data.resource : undefined;
        if (op.commands.length > 0 && (!buffer || data.complexTensorInfos))
          this.giveUp(`${name} gives what is not numbers`);
        if (op.commands.length > 0 && !this.made.includes(data)) this.giveUp(`${name} gives one of its inputs`);
        op.outputs.push({ origin: this.originOf(data), shape: [...shape], dtype, buffer });
      });
      this.plan.ops.push(op);
      return out;
    } finally {
      this.current = undefined;
    }
  }

  /** Keeps a dispatch of the op that is recorded. */
  private keep(dispatch: Dispatch): void {
    const op = this.current;
    if (!op) return this.giveUp('a program runs outside of all ops');
    const outside: [number, number][] = [];
    dispatch.data.forEach((data, binding) => {
      const { resource } = data;
      if (resource!.planned === this.plan) {
        if (binding < dispatch.written) op.writes.add(resource!);
        const origin = this.origins.get(data);
        const { values } = data;
        if (resource!.constant && origin !== undefined && !this.plan.constants.has(origin))
          this.plan.constants.set(origin, { buffer: resource!, values: (values ?? data.uploaded) as Numbers });
        if (resource!.constant && (origin === undefined || binding < dispatch.written))
          this.giveUp(`${op.name} uploads numbers of its own`);
      } else if (data.isArena) return;
      else if (this.numbers.has(data)) outside.push([binding, this.numbers.get(data)!]);
      else this.giveUp(`${op.name} reads what is not among its inputs`);
    });
    // The data changes with the program; what is bound does not
    const data = dispatch.data.map(({ resource, offset, bytes }) => ({ resource, offset, bytes }) as GpuData);
    const content = this.backend.uniforms.contentOf(dispatch.parts);
    const group = this.backend.groupOf(dispatch);
    const uniforms = this.backend.uniforms.get(dispatch.parts);
    uniforms.pins++;
    op.commands.push({ dispatch: { ...dispatch, data }, group, uniforms, content, isOwn: false, outside });
  }

  private replay(name: string, inputs: Record<string, unknown>, attrs: unknown, compute: () => Out): Out {
    const op = this.plan.ops[this.at];
    const difference = op ? this.differenceOf(op, name, inputs) : 'more ops than before';
    if (difference !== undefined) {
      this.diverge(difference);
      return compute();
    }
    if (op!.commands.length > 0 && isSame(op!.attrs, attrs)) {
      this.at++;
      if (name === IN_PLACE) this.forgetHostValues(op!);
      const out = op!.outputs.map((output) => this.stand(output));
      return out.length === 1 ? out[0]! : out;
    }
    return this.recompute(op!, attrs, compute);
  }

  /** Calls the op kernel: it may be one of the host's, or may differ in numbers only. */
  private recompute(op: Op, attrs: unknown, compute: () => Out): Out {
    this.current = op;
    this.made = [];
    this.compared = op.commands.length > 0 ? 0 : -1;
    try {
      const out = compute();
      if (this.compared >= 0 && this.compared < op.commands.length) throw new Different(`${op.name} computes less`);
      const outputs = Array.isArray(out) ? out : [out];
      const isSameSo =
        outputs.length === op.outputs.length &&
        outputs.every(({ dataId, shape }, i) => {
          const data = this.backend.dataOf(dataId);
          const was = op.outputs[i]!;
          if (!this.origins.has(data) && this.made.includes(data)) this.origins.set(data, `o${this.at}.${i}`);
          if (data.resource?.planned) data.resource.owner = data;
          return tf.util.arraysEqual(shape, was.shape) && this.originNow(data, was.origin) === was.origin;
        });
      if (!isSameSo) throw new Different(`${op.name} gives something else`);
      this.at++;
      // The uniforms are those of these attributes now
      if (!isSame(op.attrs, attrs)) op.attrs = copyOf(attrs);
      return out;
    } catch (e) {
      if (!(e instanceof Different)) throw e;
      for (const data of this.made) if (!this.origins.has(data)) this.backend.disposeData(data, true);
      this.current = undefined;
      this.diverge(e.message);
      return compute();
    } finally {
      this.current = undefined;
      this.compared = -1;
    }
  }

  /** A dispatch of an op that has other attributes than when it was recorded: its uniforms may differ, and nothing else. */
  private compare(dispatch: Dispatch): void {
    const command = this.current!.commands[this.compared++];
    const was = command?.dispatch;
    const isSameProgram =
      was !== undefined &&
      was.pipeline === dispatch.pipeline &&
      was.data.length === dispatch.data.length &&
      was.size.every((n, i) => n === dispatch.size[i]);
    if (!isSameProgram) throw new Different(`${this.current!.name} runs another program`);
    dispatch.data.forEach((data, binding) => {
      const bound = was.data[binding]!;
      const isOutside = command!.outside.some(([at, number]) => at === binding && this.outside[number] === data);
      if (!data.resource && this.made.includes(data)) data.resource = bound.resource;
      if (data.bytes !== bound.bytes || (!isOutside && data.resource !== bound.resource))
        throw new Different(`${this.current!.name} works on other tensors`);
    });
    const content = this.backend.uniforms.contentOf(dispatch.parts);
    if (content === command!.content) return;
    command!.content = content;
    if (!command!.isOwn) {
      command!.uniforms.pins--;
      command!.uniforms = this.backend.uniforms.own(dispatch.parts);
      command!.isOwn = true;
      command!.group = this.backend.makeBindGroup(was.pipeline, was.data, command!.uniforms);
    }
    this.uniformWrites.push([command!.uniforms, dispatch.parts]);
  }

  /** What an output of the recording stands for now. */
  private stand({ origin, shape, dtype, buffer }: Op['outputs'][number]): tf.TensorInfo {
    const info = this.backend.makeTensorInfo(shape, dtype);
    const data = this.backend.dataOf(info.dataId);
    // It was taken for one that the program writes
    this.written--;
    this.origins.set(data, origin);
    data.resource = buffer;
    buffer!.owner = data;
    return info;
  }

  /** In what an op differs from the recorded one, attributes aside. */
  private differenceOf(op: Op, name: string, inputs: Record<string, unknown>): string | undefined {
    if (op.name !== name) return `${name} instead of ${op.name}`;
    let i = 0;
    let difference: string | undefined;
    this.eachInput(inputs, (key, { shape, dtype }, data) => {
      const was = op.inputs[i++];
      if (difference !== undefined) return;
      if (!was || was.key !== key || was.dtype !== dtype || !tf.util.arraysEqual(was.shape, shape))
        difference = `${name} on [${shape.join(', ')}]`;
      else if (this.originNow(data, was.origin) !== was.origin) difference = `${name} on another tensor`;
    });
    if (difference === undefined && i !== op.inputs.length) difference = `${name} on fewer tensors`;
    for (const buffer of op.writes)
      if (buffer.owner && buffer.owner.refCount > 0)
        difference ??= `a tensor lives longer, and ${name} needs its place`;
    return difference;
  }

  /** Where data comes from, in a recording. */
  private originOf(data: GpuData): Origin {
    const origin = this.origins.get(data);
    if (origin !== undefined) return origin;
    let number = this.numbers.get(data);
    if (number === undefined) {
      this.numbers.set(data, (number = this.plan.outside.length));
      this.plan.outside.push({ bytes: data.bytes, arena: data.arena, offset: data.offset });
    }
    return number;
  }

  /** Where data comes from, in a replay in which it should come from there. */
  private originNow(data: GpuData, expected: Origin): Origin | undefined {
    const origin = this.origins.get(data);
    if (origin !== undefined) {
      if (origin === expected && !data.resource && data.values) this.placeConstant(data, origin);
      return origin;
    }
    if (typeof expected !== 'number') return undefined;
    const was = this.plan.outside[expected]!;
    const now = this.outside[expected];
    if (now) return now === data ? expected : undefined;
    if (data.bytes !== was.bytes || data.arena !== was.arena || data.offset !== was.offset) return undefined;
    this.outside[expected] = data;
    return expected;
  }

  /** A constant that the recorded commands read: it is written there again if it has changed. */
  private placeConstant(data: GpuData, origin: Origin): void {
    const constant = this.plan.constants.get(origin);
    // The host alone has used it
    if (!constant) return;
    const values = data.values as Numbers;
    if (!areSame(constant.values, values)) {
      constant.values = values.slice();
      this.writes.push([constant.buffer, constant.values, data.dtype]);
    }
    data.resource = constant.buffer;
    constant.buffer.owner = data;
  }

  private eachInput(
    inputs: Record<string, unknown>,
    f: (key: string, info: tf.TensorInfo, data: GpuData) => void,
  ): void {
    for (const key in inputs) {
      const input = inputs[key] as tf.TensorInfo | tf.TensorInfo[] | undefined;
      if (!input) continue;
      for (const info of Array.isArray(input) ? input : [input])
        // Pixels are no tensor
        if (info.dataId) f(key, info, this.backend.dataOf(info.dataId));
    }
  }

  // — Ends

  /** Hands the commands of the ops that were found the same to the graphics card. */
  private handOver(): void {
    const { backend, plan } = this;
    const { commands } = backend;
    if ((this.writes.length > 0 || this.uniformWrites.length > 0) && plan.batch === commands.batch) commands.submit();
    for (const [buffer, values, dtype] of this.writes) backend.writeBuffer(buffer, 0, values, dtype);
    for (const [uniforms, parts] of this.uniformWrites) backend.uniforms.write(uniforms, parts);
    this.writes.length = 0;
    this.uniformWrites.length = 0;
    for (; this.handedOver < this.at; this.handedOver++) {
      const op = plan.ops[this.handedOver]!;
      for (const command of op.commands) {
        const { dispatch, outside } = command;
        let isMoved = false;
        for (const [binding, number] of outside) {
          const data = this.outside[number]!;
          let place = this.places.get(data);
          if (!place) {
            if (!data.resource) backend.uploadToGPU(data);
            place = data as GpuData & { resource: Buffer };
          }
          place.resource.usedIn = commands.batch;
          const bound = dispatch.data[binding]!;
          if (bound.resource === place.resource && bound.offset === place.offset) continue;
          bound.resource = place.resource;
          bound.offset = place.offset;
          isMoved = true;
        }
        if (isMoved)
          command.group = command.isOwn
            ? backend.makeBindGroup(dispatch.pipeline, dispatch.data, command.uniforms)
            : backend.groupOf(dispatch);
        commands.dispatch(dispatch.pipeline.compiled, command.group, ...dispatch.size);
      }
    }
    plan.batch = commands.batch;
  }

  /** Those of what an optimiser changes in place. */
  private forgetHostValues({ inputs }: Op): void {
    for (const { origin } of inputs) if (typeof origin === 'number') this.outside[origin]!.values = null;
  }

  private diverge(why: string): void {
    this.handOver();
    this.why = why;
    this.mode = 'eager';
    this.releaseDeferred();
  }

  private giveUp(why: string): void {
    this.why ??= why;
  }

  /** The step's function has returned, or thrown. */
  end(): void {
    if (this.mode === 'replay') {
      if (this.at < this.plan.ops.length) this.why = 'fewer ops than before';
      this.handOver();
    }
    this.mode = 'eager';
    this.plan.recording = false;
    for (const data of this.origins.keys())
      if (data.refCount > 0 && data.resource?.planned === this.plan) this.moveOut(data);
    this.releaseDeferred();
  }

  /** Gives a tensor that outlives the step a buffer of its own. */
  private moveOut(data: GpuData): void {
    const { backend } = this;
    const from = data.resource!;
    const to = backend.buffers.acquire(data.bytes);
    to.usedIn = backend.commands.batch;
    backend.commands.copy(from, 0, to, 0, data.bytes);
    from.owner = undefined;
    data.resource = to;
  }

  private releaseDeferred(): void {
    for (const buffer of this.deferred) this.backend.buffers.release(buffer);
    this.deferred.length = 0;
  }

  /** Tensors of this call that still live. */
  living(): GpuData[] {
    return [...this.origins.keys()].filter(({ refCount }) => refCount > 0);
  }
}

/** The op that changes its inputs. */
const IN_PLACE = ops.UpdateParameters.name;

const areSame = (a: Numbers, b: Numbers): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
};

/** Attributes are plain: numbers, strings, lists and objects of those. */
function copyOf(x: unknown): unknown {
  if (Array.isArray(x) || ArrayBuffer.isView(x)) return Array.from(x as unknown[], copyOf);
  if (typeof x !== 'object' || x === null) return x;
  return Object.fromEntries(Object.entries(x).map(([key, value]) => [key, copyOf(value)]));
}

function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    const other = b as unknown[];
    if (a.length !== other.length) return false;
    for (let i = 0; i < a.length; i++) if (!isSame(a[i], other[i])) return false;
    return true;
  }
  let n = 0;
  for (const key in b as object) {
    n++;
    if (!isSame((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key])) return false;
  }
  return n === Object.keys(a).length;
}

/** How a compiled step has fared. */
export interface ReplayState {
  /** Calls that were computed op by op, recorded, and replayed to the end. */
  eager: number;
  recorded: number;
  replayed: number;
  /** Why the last call that was not replayed could not be. */
  why: string | undefined;
}

/** So many recordings that are of no use are made, and no more. */
const PATIENCE = 10;
/** Calls that differ from a recording one after the other, after which another one is made. */
const MISSES = 2;
/** Recordings that are kept: for batches of several sizes. */
const PLANS = 4;

/** What is kept of a step for one set of shapes. */
interface Kept {
  plan: Plan | undefined;
  calls: number;
  misses: number;
}

/** Calls of one function that are recorded and replayed. */
export class Replay {
  readonly state: ReplayState = { eager: 0, recorded: 0, replayed: 0, why: undefined };
  private readonly kept = new Map<string, Kept>();
  private useless = 0;

  /** @param watch has a call's `op` called in the place of each op kernel, until it is called without one */
  constructor(
    private readonly backend: WebGpuBackend,
    private readonly watch: (f?: Run['op']) => void,
  ) {}

  /** Gives back what the recordings hold. */
  dispose(): void {
    for (const kept of this.kept.values()) this.drop(kept, []);
    this.kept.clear();
  }

  /** @param shapes what tells calls apart that need recordings of their own */
  call<T>(shapes: string, f: () => T): T {
    const { backend, state } = this;
    if (backend.run !== undefined || this.useless >= PATIENCE) {
      state.eager++;
      return f();
    }
    const kept = this.find(shapes);
    // The first call makes what the optimiser keeps, and compiles programs
    if (kept.calls++ === 0) {
      state.eager++;
      return f();
    }
    const isReplay = kept.plan !== undefined;
    const run = new Run(backend, (kept.plan ??= new Plan(backend)), isReplay ? 'replay' : 'record');
    backend.run = run;
    this.watch((...op) => run.op(...op));
    let isDone = false;
    try {
      const result = f();
      isDone = true;
      return result;
    } finally {
      this.watch();
      run.end();
      backend.run = undefined;
      const isUsable = isDone && run.why === undefined;
      // Of a recording there is nothing to say yet
      if (isReplay || !isUsable) state.why = isDone ? run.why : 'the function threw an error';
      if (isReplay && isUsable) {
        state.replayed++;
        kept.misses = 0;
        this.useless = 0;
      } else if (isReplay) {
        state.eager++;
        if (++kept.misses >= MISSES) this.drop(kept, run.living());
      } else if (isUsable) {
        state.recorded++;
        this.useless++;
      } else {
        state.eager++;
        this.useless++;
        this.drop(kept, run.living());
      }
    }
  }

  private find(shapes: string): Kept {
    let kept = this.kept.get(shapes);
    // The one that was used last is the last
    if (kept) this.kept.delete(shapes);
    else kept = { plan: undefined, calls: 0, misses: 0 };
    this.kept.set(shapes, kept);
    const oldest = this.kept.keys().next().value!;
    if (this.kept.size > PLANS) {
      this.drop(this.kept.get(oldest)!, []);
      this.kept.delete(oldest);
    }
    return kept;
  }

  private drop(kept: Kept, living: GpuData[]): void {
    kept.plan?.dispose(living);
    kept.plan = undefined;
    kept.misses = 0;
  }
}

export type { Plan, Run };

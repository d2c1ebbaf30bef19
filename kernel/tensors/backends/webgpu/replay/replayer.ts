// A call of a step's function that is compared with a recording. An op that is as it was recorded is not computed: its
// outputs are those of the recording, and its commands are handed to the graphics card together with the others. From
// the first difference on, the call is computed.
import * as tf from '@tensorflow/tfjs-core';
import { ops } from '../../../ops.ts';
import type { OpOutput, Step, WebGpuBackend } from '../backend.ts';
import type { Binding, Buffer, Dispatch, GpuData } from '../data.ts';
import type { UniformPart, Uniforms } from '../uniforms.ts';
import { areSameNumbers, copyOf, isSame } from './compare.ts';
import { Eager } from './eager.ts';
import { UNKNOWN_ATTRS, type Numbers, type Origin, type Plan } from './plan.ts';
import type { RecordedCommand, RecordedOp, RecordedOutput } from './plan.ts';
import { StepData } from './step-data.ts';

/** The op that changes its inputs. */
const IN_PLACE = ops.UpdateParameters.name;

/** An op whose kernel runs, to be compared with what was recorded of it. */
interface Comparison {
  op: RecordedOp;
  /** How many of its commands have been found the same. */
  same: number;
}

interface ConstantWrite {
  buffer: Buffer;
  values: Numbers;
  dtype: tf.DataType;
}

interface UniformWrite {
  uniforms: Uniforms;
  parts: readonly UniformPart[];
}

export class Replayer implements Step {
  /** Why the call had to be computed from some point on, if so. */
  why: string | undefined;
  private readonly data: StepData;
  /** Data from outside, by the numbers of the recording. */
  private readonly outside: GpuData[] = [];
  /** Where those of them were that have been disposed of before the commands that read them. */
  private readonly places = new Map<GpuData, { resource: Buffer; offset: number }>();
  /** Buffers that were released, but that commands not yet handed over may use. */
  private readonly deferred: Buffer[] = [];
  private readonly constantWrites: ConstantWrite[] = [];
  private readonly uniformWrites: UniformWrite[] = [];
  /** Number of the next op. */
  private at = 0;
  /** Number of the first op whose commands have not been handed over. */
  private handedOver = 0;
  private running: Comparison | undefined;

  constructor(
    private readonly backend: WebGpuBackend,
    private readonly plan: Plan,
  ) {
    this.data = new StepData(backend);
  }

  // — Ops

  op(name: string, inputs: Record<string, unknown>, attrs: unknown, compute: () => OpOutput): OpOutput {
    // An op kernel has called another one
    if (this.running) return compute();
    const op = this.plan.ops[this.at];
    if (!op) {
      this.diverge('more ops than before');
      return compute();
    }
    const difference = this.differenceOf(op, name, inputs);
    if (difference !== undefined) {
      this.diverge(difference);
      return compute();
    }
    if (op.commands.length === 0 || !isSame(op.attrs, attrs)) return this.compare(op, attrs, compute);
    this.at++;
    if (name === IN_PLACE) this.forgetHostValues(op);
    const out = op.outputs.map((output) => this.standIn(output));
    return out.length === 1 ? out[0]! : out;
  }

  /** What differs from the recorded op, apart from attributes. */
  private differenceOf(op: RecordedOp, name: string, inputs: Record<string, unknown>): string | undefined {
    if (op.name !== name) return `${name} instead of ${op.name}`;
    let i = 0;
    let difference: string | undefined;
    this.data.eachInput(inputs, (key, { shape, dtype }, data) => {
      const was = op.inputs[i++];
      if (difference !== undefined) return;
      if (!was || was.key !== key || was.dtype !== dtype || !tf.util.arraysEqual(was.shape, shape))
        difference = `${name} on [${shape.join(', ')}]`;
      else if (!this.isFrom(data, was.origin)) difference = `${name} on another tensor`;
    });
    if (difference === undefined && i !== op.inputs.length) difference = `${name} on fewer tensors`;
    for (const buffer of op.writes)
      if (buffer.owner && buffer.owner.refCount > 0)
        difference ??= `a tensor lives longer, and ${name} needs its place`;
    return difference;
  }

  /** The tensor that an op returns when it is not computed. */
  private standIn({ origin, shape, dtype, buffer }: RecordedOutput): tf.TensorInfo {
    const data = this.backend.makeData(shape, dtype, null);
    this.data.setOrigin(data, origin);
    this.place(data, buffer!);
    return { dataId: data, shape, dtype };
  }

  /** The optimizer changes its tensors on the graphics card. */
  private forgetHostValues({ inputs }: RecordedOp): void {
    for (const { origin } of inputs) if (typeof origin === 'number') this.outside[origin]!.values = null;
  }

  /**
   * Runs the op kernel and compares its commands: the host may compute the op, or its attributes may change no more
   * than uniforms.
   */
  private compare(op: RecordedOp, attrs: unknown, compute: () => OpOutput): OpOutput {
    const running = (this.running = { op, same: 0 });
    const hasCommands = op.commands.length > 0;
    // Until all commands are those of these attributes
    if (hasCommands) op.attrs = UNKNOWN_ATTRS;
    this.data.beginOp();
    try {
      const out = compute();
      // It has differed: the op kernel has computed the rest
      if (this.why !== undefined) return out;
      this.data.nameOutputs(out, this.at);
      if (running.same < op.commands.length) this.diverge(`${op.name} computes less`);
      else if (!this.areSameOutputs(op, out)) this.diverge(`${op.name} gives something else`);
      else {
        this.at++;
        if (hasCommands) op.attrs = copyOf(attrs);
      }
      return out;
    } finally {
      this.data.endOp();
      this.running = undefined;
    }
  }

  private areSameOutputs(op: RecordedOp, out: OpOutput): boolean {
    const outputs = Array.isArray(out) ? out : [out];
    if (outputs.length !== op.outputs.length) return false;
    return outputs.every(({ dataId, shape }, i) => {
      const data = this.backend.dataOf(dataId);
      const was = op.outputs[i]!;
      if (data.resource?.plan) data.resource.owner = data;
      return tf.util.arraysEqual(shape, was.shape) && this.isFrom(data, was.origin);
    });
  }

  // — Commands

  dispatch(dispatch: Dispatch): void {
    const { running } = this;
    const difference = running ? this.differenceOfCommand(running, dispatch) : 'a program runs outside of all ops';
    if (difference !== undefined) {
      this.diverge(difference);
      this.backend.encode(dispatch);
      return;
    }
    const command = running!.op.commands[running!.same++]!;
    dispatch.data.forEach((data, binding) => {
      if (!data.resource && this.data.isMade(data)) data.resource = command.bindings[binding]!.resource;
    });
    this.updateUniforms(command, dispatch.uniforms);
  }

  /** What differs from the recorded command, apart from uniforms. */
  private differenceOfCommand({ op, same }: Comparison, { pipeline, data, size }: Dispatch): string | undefined {
    if (op.commands.length === 0) return `${op.name} computes now on the graphics card`;
    const was = op.commands[same];
    const isSameProgram =
      was !== undefined &&
      was.pipeline === pipeline &&
      was.bindings.length === data.length &&
      was.size.every((n, i) => n === size[i]);
    if (!isSameProgram) return `${op.name} runs another program`;
    const isBound = data.every((d, binding) => {
      const bound = was.bindings[binding]!;
      if (d.bytes !== bound.bytes) return false;
      // Data that the op kernel has just made takes the recorded place
      if (d.resource === bound.resource || (!d.resource && this.data.isMade(d))) return true;
      return was.outside.some(([at, number]) => at === binding && this.outside[number] === d);
    });
    return isBound ? undefined : `${op.name} works on other tensors`;
  }

  private updateUniforms(command: RecordedCommand, parts: readonly UniformPart[]): void {
    const { uniforms: cache, programs } = this.backend;
    const content = cache.contentOf(parts);
    if (content === command.content) return;
    command.content = content;
    if (!command.isOwn) {
      command.uniforms.pins--;
      command.uniforms = cache.own(parts);
      command.isOwn = true;
      command.group = programs.makeGroup(command.pipeline, command.bindings, command.uniforms);
    }
    this.uniformWrites.push({ uniforms: command.uniforms, parts });
  }

  /** Hands over the commands of the ops that were found the same. */
  private handOver(): void {
    const { backend, plan } = this;
    const { commands, uniforms: cache } = backend;
    const isWritten = this.constantWrites.length > 0 || this.uniformWrites.length > 0;
    if (isWritten && plan.batch === commands.batch) commands.submit();
    for (const { buffer, values, dtype } of this.constantWrites) backend.writeBuffer(buffer, values, dtype);
    for (const { uniforms, parts } of this.uniformWrites) cache.write(uniforms, parts);
    this.constantWrites.length = 0;
    this.uniformWrites.length = 0;
    for (; this.handedOver < this.at; this.handedOver++)
      for (const command of plan.ops[this.handedOver]!.commands) this.encode(command);
    plan.batch = commands.batch;
  }

  private encode(command: RecordedCommand): void {
    const { commands, programs } = this.backend;
    const { pipeline, bindings, parts, size } = command;
    let isMoved = false;
    for (const [binding, number] of command.outside) {
      const place = this.placeOf(this.outside[number]!);
      place.resource!.usedIn = commands.batch;
      const bound = bindings[binding]!;
      if (bound.resource === place.resource && bound.offset === place.offset) continue;
      bound.resource = place.resource;
      bound.offset = place.offset;
      isMoved = true;
    }
    if (isMoved)
      command.group = command.isOwn
        ? programs.makeGroup(pipeline, bindings, command.uniforms)
        : programs.groupOf(pipeline, bindings, parts);
    commands.dispatch(pipeline.compiled, command.group, ...size);
  }

  private placeOf(data: GpuData): Pick<Binding, 'resource' | 'offset'> {
    const place = this.places.get(data);
    if (!place && !data.resource) this.backend.uploadToGPU(data);
    return place ?? data;
  }

  // — Data

  /** Whether data comes from the same place as when it was recorded. */
  private isFrom(data: GpuData, expected: Origin): boolean {
    const origin = this.data.originOf(data);
    if (origin !== undefined) {
      if (origin === expected && !data.resource && data.values) this.placeConstant(data, origin);
      return origin === expected;
    }
    if (typeof expected !== 'number') return false;
    const was = this.plan.outside[expected]!;
    const now = this.outside[expected];
    if (now) return now === data;
    if (data.bytes !== was.bytes || data.arena !== was.arena || data.offset !== was.offset) return false;
    this.outside[expected] = data;
    return true;
  }

  /** Puts a constant where the recorded commands read it, and writes it there if its values have changed. */
  private placeConstant(data: GpuData, origin: Origin): void {
    const constant = this.plan.constants.get(origin);
    // Only the host has used it
    if (!constant) return;
    const values = data.values as Numbers;
    if (!areSameNumbers(constant.values, values)) {
      constant.values = values.slice();
      this.constantWrites.push({ buffer: constant.buffer, values: constant.values, dtype: data.dtype });
    }
    this.place(data, constant.buffer);
  }

  private place(data: GpuData, buffer: Buffer): void {
    data.resource = buffer;
    buffer.owner = data;
  }

  born(data: GpuData): void {
    this.data.born(data);
  }

  acquire({ bytes, shape }: GpuData, written: boolean): Buffer {
    return this.backend.buffers.acquire(bytes, written, shape);
  }

  disposing(data: GpuData): void {
    if (!this.outside.includes(data)) return;
    if (!data.resource && data.values) this.backend.uploadToGPU(data);
    if (data.resource) this.places.set(data, { resource: data.resource, offset: data.offset });
  }

  released(data: GpuData, buffer: Buffer): void {
    if (!buffer.plan) this.release(buffer);
    else if (buffer.owner === data) buffer.owner = undefined;
  }

  release(buffer: Buffer): void {
    this.deferred.push(buffer);
  }

  beforeRead(): void {
    this.handOver();
  }

  // — The end

  /** Hands over what was found the same, also of the op that is running. From now on the call is computed. */
  private diverge(why: string): void {
    this.handOver();
    if (this.running) {
      const { op, same } = this.running;
      for (let i = 0; i < same; i++) this.encode(op.commands[i]!);
      this.data.adoptMade();
    }
    this.releaseDeferred();
    // Not before: if the graphics card reports a fault above, `end` hands over what is left
    this.why = why;
    this.backend.step = new Eager(this.backend);
  }

  /** The step's function has returned, or thrown. */
  end(): void {
    if (this.why === undefined) {
      if (this.at < this.plan.ops.length) this.why = 'fewer ops than before';
      this.handOver();
    }
    for (const data of this.living()) if (data.resource?.plan === this.plan) this.plan.moveOut(data);
    this.releaseDeferred();
  }

  private releaseDeferred(): void {
    for (const buffer of this.deferred) this.backend.buffers.release(buffer);
    this.deferred.length = 0;
  }

  /** Data of this call that is still in use. */
  living(): GpuData[] {
    return this.data.living();
  }
}

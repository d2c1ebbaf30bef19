// A call of a step's function that is computed and recorded.
import type * as tf from '@tensorflow/tfjs-core';
import type { OpOutput, Step, WebGpuBackend } from '../backend.ts';
import type { Buffer, Dispatch, GpuData } from '../data.ts';
import { copyOf } from './compare.ts';
import type { Numbers, Origin, Plan, RecordedOp } from './plan.ts';
import { StepData } from './step-data.ts';

export class Recorder implements Step {
  /** Why the recording cannot be replayed, if so. */
  why: string | undefined;
  private readonly data: StepData;
  /** Numbers of data from outside. */
  private readonly numbers = new Map<GpuData, number>();
  /** The op whose kernel runs. */
  private current: RecordedOp | undefined;

  constructor(
    private readonly backend: WebGpuBackend,
    private readonly plan: Plan,
  ) {
    this.data = new StepData(backend);
  }

  op(name: string, inputs: Record<string, unknown>, attrs: unknown, compute: () => OpOutput): OpOutput {
    // An op kernel has called another one
    if (this.current) return compute();
    const op: RecordedOp = { name, attrs: copyOf(attrs), inputs: [], outputs: [], commands: [], writes: new Set() };
    this.data.eachInput(inputs, (key, { shape, dtype }, data) =>
      op.inputs.push({ key, origin: this.originOf(data), shape: [...shape], dtype }),
    );
    this.current = op;
    this.data.beginOp();
    try {
      const out = compute();
      this.data.nameOutputs(out, this.plan.ops.length);
      for (const output of Array.isArray(out) ? out : [out]) this.recordOutput(op, output);
      this.plan.ops.push(op);
      return out;
    } finally {
      this.data.endOp();
      this.current = undefined;
    }
  }

  private recordOutput(op: RecordedOp, { dataId, shape, dtype }: tf.TensorInfo): void {
    const data = this.backend.dataOf(dataId);
    const isComputed = op.commands.length > 0;
    const buffer = isComputed ? data.resource : undefined;
    if (isComputed && (!buffer || data.complexTensorInfos)) this.giveUp(`${op.name} gives what is not numbers`);
    if (isComputed && !this.data.isMade(data)) this.giveUp(`${op.name} gives one of its inputs`);
    op.outputs.push({ origin: this.originOf(data), shape: [...shape], dtype, buffer });
  }

  dispatch(dispatch: Dispatch): void {
    this.backend.encode(dispatch);
    if (this.current) this.record(this.current, dispatch);
    else this.giveUp('a program runs outside of all ops');
  }

  private record(op: RecordedOp, { pipeline, data, written, uniforms: parts, size }: Dispatch): void {
    const { programs, uniforms: cache } = this.backend;
    const outside: [number, number][] = [];
    data.forEach((d, binding) => {
      const number = this.numbers.get(d);
      if (d.resource!.plan === this.plan) this.recordOwn(op, d, binding < written);
      else if (d.isArena) return;
      else if (number !== undefined) outside.push([binding, number]);
      else this.giveUp(`${op.name} reads what is not among its inputs`);
    });
    const uniforms = cache.get(parts);
    uniforms.pins++;
    op.commands.push({
      pipeline,
      // A tensor's data may move to another buffer; the command stays with this one
      bindings: data.map(({ resource, offset, bytes }) => ({ resource, offset, bytes })),
      parts,
      size,
      group: programs.groupOf(pipeline, data, parts),
      uniforms,
      content: cache.contentOf(parts),
      isOwn: false,
      outside,
    });
  }

  /** Notes what a command writes, and the constants that it reads. */
  private recordOwn(op: RecordedOp, data: GpuData, isWritten: boolean): void {
    const { constants } = this.plan;
    const buffer = data.resource!;
    if (isWritten) op.writes.add(buffer);
    if (!buffer.isConstant) return;
    const origin = this.data.originOf(data);
    if (origin !== undefined && !constants.has(origin))
      constants.set(origin, { buffer, values: (data.values ?? data.uploaded) as Numbers });
    if (origin === undefined || isWritten) this.giveUp(`${op.name} uploads numbers of its own`);
  }

  private originOf(data: GpuData): Origin {
    const origin = this.data.originOf(data);
    if (origin !== undefined) return origin;
    let number = this.numbers.get(data);
    if (number === undefined) {
      this.numbers.set(data, (number = this.plan.outside.length));
      this.plan.outside.push({ bytes: data.bytes, arena: data.arena, offset: data.offset });
    }
    return number;
  }

  private giveUp(why: string): void {
    this.why ??= why;
  }

  born(data: GpuData): void {
    this.data.born(data);
  }

  acquire(data: GpuData, written: boolean): Buffer {
    const { plan, backend } = this;
    return this.data.isOwn(data)
      ? plan.acquire(data, written)
      : backend.buffers.acquire(data.bytes, written, data.shape);
  }

  disposing(): void {}

  released(data: GpuData, buffer: Buffer): void {
    if (!buffer.plan) return this.release(buffer);
    if (buffer.owner === data) buffer.owner = undefined;
    if (buffer.plan === this.plan) this.plan.release(buffer);
  }

  release(buffer: Buffer): void {
    this.backend.buffers.release(buffer);
  }

  beforeRead(): void {}

  /** The step's function has returned, or thrown. */
  end(): void {
    this.plan.endRecording();
    for (const data of this.living()) if (data.resource?.plan === this.plan) this.plan.moveOut(data);
  }

  living(): GpuData[] {
    return this.data.living();
  }
}

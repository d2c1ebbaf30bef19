// Capture and replay of training steps. The function of a step is called each time. Once its commands have been
// recorded, an op that comes again as it was (same op kernel, attributes, and tensors of the same origin) is not
// computed: its outputs are those of the recording, and the commands of the whole step are handed to the graphics card
// at the end. No difference can go unnoticed: where the function does something else than before, the commands that
// were found the same are handed over, and the rest is computed as without a recording.
//
// Numbers that change from step to step, such as a learning rate, a seed or a constant made from a number of the
// program, are written where the recorded commands read them. Tensors that leave the step (a loss, an assigned
// variable) are copied out of the recorded buffers.
import type { Step, WebGpuBackend } from '../backend.ts';
import type { GpuData } from '../data.ts';
import { Plan } from './plan.ts';
import { Recorder } from './recorder.ts';
import { Replayer } from './replayer.ts';

/** What has become of the calls of a compiled step. */
export interface ReplayState {
  /** Calls that were computed op by op, at least in part. */
  eager: number;
  /** Calls that were recorded. */
  recorded: number;
  /** Calls that were replayed to the end. */
  replayed: number;
  /** Why the last call that was not replayed could not be, if so. */
  why: string | undefined;
}

/** Useless recordings in a row, after which no more are made. */
const PATIENCE = 10;
/** Calls in a row that differ from a recording, after which a new one is made. */
const MISSES = 2;
/** Recordings that are kept, for batches of several sizes. */
const PLANS = 4;

/** What is kept of a step for one set of shapes. */
interface Kept {
  plan: Plan | undefined;
  calls: number;
  /** Calls in a row that differed from the plan. */
  misses: number;
}

/** Calls of one function that are recorded and replayed. */
export class Replay {
  readonly state: ReplayState = { eager: 0, recorded: 0, replayed: 0, why: undefined };
  private readonly kept = new Map<string, Kept>();
  private useless = 0;

  /** @param watch has `f` called instead of each op kernel, until it is called without a function */
  constructor(
    private readonly backend: WebGpuBackend,
    private readonly watch: (f?: Step['op']) => void,
  ) {}

  /** Releases the buffers of the recordings. */
  dispose(): void {
    for (const kept of this.kept.values()) this.drop(kept, []);
    this.kept.clear();
  }

  /**
   * Calls the step's function.
   * @param shapes a key that differs for calls that need different recordings
   */
  call<T>(shapes: string, f: () => T): T {
    const { backend, state } = this;
    if (backend.step !== undefined || this.useless >= PATIENCE) {
      state.eager++;
      return f();
    }
    const kept = this.find(shapes);
    // The first call makes the optimizer's slots and compiles programs
    if (kept.calls++ === 0) {
      state.eager++;
      return f();
    }
    const { plan } = kept;
    const step = plan ? new Replayer(backend, plan) : new Recorder(backend, (kept.plan = new Plan(backend)));
    backend.step = step;
    // The replayer hands over to another object when the call differs
    this.watch((name, inputs, attrs, compute) => backend.step!.op(name, inputs, attrs, compute));
    let isDone = false;
    try {
      const result = f();
      isDone = true;
      return result;
    } finally {
      this.watch();
      this.end(kept, step);
      this.conclude(kept, step, isDone ? step.why : 'the function threw an error');
    }
  }

  /** Ends a call, also where a fault of the graphics card is reported in the meantime. */
  private end(kept: Kept, step: Recorder | Replayer): void {
    try {
      step.end();
    } catch (e) {
      this.drop(kept, step.living());
      throw e;
    } finally {
      this.backend.step = undefined;
    }
  }

  /**
   * Counts a call and decides what becomes of its recording.
   * @param why the recording could not be used, if so
   */
  private conclude(kept: Kept, step: Recorder | Replayer, why: string | undefined): void {
    const { state } = this;
    const isReplay = step instanceof Replayer;
    // A recording that can be used changes no reason
    if (isReplay || why !== undefined) state.why = why;
    if (why !== undefined) state.eager++;
    else if (isReplay) state.replayed++;
    else state.recorded++;
    if (isReplay && why === undefined) {
      kept.misses = 0;
      this.useless = 0;
    } else if (isReplay) {
      if (++kept.misses >= MISSES) this.drop(kept, step.living());
    } else {
      // Until it has been replayed
      this.useless++;
      if (why !== undefined) this.drop(kept, step.living());
    }
  }

  private find(shapes: string): Kept {
    let kept = this.kept.get(shapes);
    // The most recently used goes last
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

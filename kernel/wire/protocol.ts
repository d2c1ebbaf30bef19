// The messages between a notebook's host (the extension or the CLI) and its kernel process. Types only.
// Runs and outputs travel over Node IPC with advanced serialization; an interrupt travels over a pipe of its own
// (file descriptor 4 of the kernel), which a thread reads while the main thread computes.
import type { CellError } from './errors.ts';
import type { AxisRange } from './tensor.ts';
import type { TrainingDelta } from './training.ts';

export type Language = 'typescript' | 'javascript';
export type DeviceName = 'cpu' | 'webgpu' | 'cuda';
export type DeviceSetting = 'auto' | DeviceName;

/** One representation of a value. */
export type MimeItem = { mime: string } & ({ text: string } | { json: unknown } | { bytes: Uint8Array });
/** All representations of one value, best first. */
export type MimeBundle = MimeItem[];

// ---- host to kernel

/** Runs one cell. Runs are executed one after another, in the order they arrive. */
export interface RunMessage {
  type: 'run';
  /** Unique in the life of the kernel process. */
  run: number;
  cell: string;
  language: Language;
  code: string;
  /** Ids of all cells of the notebook in order; error messages count with it. */
  order: string[];
}
/** Ends the process after what has been printed was sent. */
export interface ShutdownMessage {
  type: 'shutdown';
}
/** Asks for a part of a tensor that was shown. Answered in between runs and while a cell waits. */
export interface SliceMessage {
  type: 'slice';
  /** Unique in the life of the kernel process. */
  request: number;
  /** Of the output's head. */
  source: string;
  axes: AxisRange[];
}
/** Asks for all values of a tensor that was shown, as a file. */
export interface SaveMessage {
  type: 'save';
  /** Counted together with those of {@link SliceMessage}. */
  request: number;
  source: string;
  /** Absolute path of the `.npy` file; one that is there is replaced. */
  file: string;
}
export type HostMessage = RunMessage | ShutdownMessage | SliceMessage | SaveMessage;

/** What the host writes on the control pipe, a line of JSON each. */
export type ControlMessage =
  | { type: 'interrupt' }
  /** The Stop button of a training chart: its runs end cleanly, at the next step. */
  | { type: 'stopTraining'; chart: number };

// ---- kernel to host

export interface ReadyMessage {
  type: 'ready';
  pid: number;
  /** `process.version` of the kernel. */
  node: string;
  /** Milliseconds from process start to this message. */
  startMs: number;
}
export interface StartedMessage {
  type: 'started';
  run: number;
  cell: string;
}
export type RunStatus = 'ok' | 'error' | 'interrupted';
export interface FinishedMessage {
  type: 'finished';
  run: number;
  cell: string;
  status: RunStatus;
  /** Milliseconds in the kernel. */
  ms: number;
}

export type OutputEvent =
  /** Text for stdout or stderr: append it to the cell's last output if that is the same stream. */
  | { kind: 'stream'; name: 'stdout' | 'stderr'; text: string }
  /** A new output. With an `id`, later `update` events replace its items, in whatever cell it stands. */
  | { kind: 'display'; id?: string; bundle: MimeBundle }
  /** Replaces the items of every output of the notebook that was displayed with this id; where there is none (its cell was deleted or cleared), it is a new output of this message's cell. */
  | { kind: 'update'; id: string; bundle: MimeBundle }
  /** A new output that is an error. The bundle holds CELL_ERROR and ERROR. */
  | { kind: 'error'; error: CellError; bundle: MimeBundle }
  /** Removes the cell's outputs: now, or when the next output comes (`wait`). */
  | { kind: 'clear'; wait: boolean };

/** An output of a cell. It may come after the cell's run has finished (timers, unhandled rejections). */
export interface OutputMessage {
  type: 'output';
  run: number;
  cell: string;
  event: OutputEvent;
}

/** Which device computes, and why no other. */
export interface DeviceState {
  /** `none` until a cell has imported the library. */
  device: DeviceName | 'none';
  /** What computes, for example `WebAssembly, relaxed SIMD, 2 threads`. */
  detail: string;
  /** Devices that come before it in the order and were not taken, with the reason in one sentence without its full stop. */
  refused: Refusal[];
  /** A graphics card's device that is being started: where the process ends meanwhile, its driver is the likely reason. */
  starting?: DeviceName;
  /** What last went wrong with it. */
  fault?: DeviceFault;
}
export interface Refusal {
  device: DeviceName;
  reason: string;
}
export interface DeviceFault {
  /** `lost`: it computes no more, and what was on it is gone. `memory`: an op found no room; it computes on. */
  kind: 'lost' | 'memory';
  /** In one sentence without its full stop. */
  reason: string;
}
export interface DeviceMessage {
  type: 'device';
  state: DeviceState;
}
/** New points of a training chart, at most 20 times a second. The chart's output is updated whole only now and then. */
export interface TrainingMessage {
  type: 'training';
  delta: TrainingDelta;
  /** How the training stands, in a line. */
  text: string;
}
/** The process is about to end because `process.exit` was called. */
export interface ExitingMessage {
  type: 'exiting';
  code: number;
}
/** A part of a tensor as the payload of an output, or why there is none, in one sentence. */
export type SliceResult = { bytes: Uint8Array } | { reason: string };
/** The answer to a {@link SliceMessage}. */
export interface SlicedMessage {
  type: 'sliced';
  request: number;
  result: SliceResult;
}
/** How large the written file is, or why there is none. */
export type SaveResult = { size: number } | { reason: string };
/** The answer to a {@link SaveMessage}. */
export interface SavedMessage {
  type: 'saved';
  request: number;
  result: SaveResult;
}
export type KernelMessage =
  | ReadyMessage
  | ExitingMessage
  | StartedMessage
  | FinishedMessage
  | OutputMessage
  | DeviceMessage
  | SlicedMessage
  | SavedMessage
  | TrainingMessage;

// The messages between a notebook's host (the extension or the command line) and its kernel process, and the tables
// that handle them. Runs and outputs travel over descriptor 3 of the kernel (channel.ts). An interrupt travels over a pipe
// of its own (descriptor 4), which a thread reads while the main thread computes.
import type { ControlsNews, ControlsRequest } from './controls.ts';
import type { DeviceName } from './limits.ts';
import type { CellError } from './errors.ts';
import type { InspectAnswer, InspectAsk } from './inspect.ts';
import type { AxisRange } from './tensor.ts';
import type { TrainingDelta } from './training.ts';

/** One handler for each type of message: a message without a handler is a type error. */
export type Handlers<M extends { type: string }> = { [T in M['type']]: (message: Extract<M, { type: T }>) => unknown };

/** Calls the handler of a message. A type that the table lacks is ignored. @returns whether it was there */
export function handle<M extends { type: string }>(handlers: Handlers<M>, message: { type: string }): boolean {
  if (!Object.hasOwn(handlers, message.type)) return false;
  (handlers[message.type as M['type']] as (message: { type: string }) => unknown)(message);
  return true;
}

/** Languages of cells that run, by VS Code's names. Those with `react` have JSX. */
export type Language = 'typescript' | 'javascript' | 'typescriptreact' | 'javascriptreact';

/** One representation of a value. */
export type MimeItem = { mime: string } & ({ text: string } | { json: unknown } | { bytes: Uint8Array });
/** All representations of one value, best first. */
export type MimeBundle = MimeItem[];

// ---- host to kernel

/** Runs one cell. Runs are executed one after another, in the order of their arrival. */
export interface RunMessage {
  type: 'run';
  /** Unique in the life of the kernel process. */
  run: number;
  cell: string;
  language: Language;
  code: string;
  /** Ids of all cells of the notebook in order: error messages number cells by it. */
  order: string[];
}
/** Ends the process when all printed text has been sent. */
export interface ShutdownMessage {
  type: 'shutdown';
}
/** What a host may ask: it is answered between runs, and while a cell waits. A new question is an entry here. */
export interface Questions {
  /** A part of a tensor that was shown, as the payload of an output. */
  slice: { ask: { source: TensorSource; axes: AxisRange[] }; answer: { bytes: Uint8Array } };
  /** What keeps running after the cells: timers, servers, child processes, in words. */
  pending: { ask: Record<string, never>; answer: { names: string[] } };
  /** All values of a tensor that was shown, as a `.npy` file. An existing file is replaced. `size`: bytes written. */
  save: { ask: { source: TensorSource; /** Absolute path. */ file: string }; answer: { size: number } };
  /** Sends the present state of running trainings and progress bars as outputs, before the answer. */
  refresh: { ask: object; answer: object };
  /** Makes what is made between runs, grids of controls, before the answer. */
  settle: { ask: object; answer: object };
  /** Names of the notebook as they are now. While a cell computes, the control pipe is the way. */
  inspect: { ask: InspectAsk; answer: InspectAnswer };
}
/** Names a tensor that was shown: `source` in the head of its output. */
type TensorSource = string;
export type Question = keyof Questions;
/** The answer, or why there is none, in one sentence. */
export type Answer<Q extends Question> = Questions[Q]['answer'] | { reason: string };
export interface AskMessage<Q extends Question = Question> {
  type: 'ask';
  /** Unique in the life of the kernel process. */
  request: number;
  question: Q;
  ask: Questions[Q]['ask'];
}
export type HostMessage = RunMessage | ShutdownMessage | AskMessage;

/** What the host writes on the control pipe, a line of JSON each. */
export type ControlMessage =
  | { type: 'interrupt' }
  /** The Stop button of a training chart: its runs end at the next step, without an error. */
  | { type: 'stopTraining'; chart: number }
  /** A control was moved. It may belong to a training in a loop that never waits. */
  | { type: 'controls'; request: ControlsRequest }
  | InspectMessage
  | InputAnswer;

/** The question `inspect`, which is answered in the middle of the code that is computing. */
export interface InspectMessage {
  type: 'inspect';
  /** Unique in the life of the kernel process. */
  request: number;
  ask: InspectAsk;
}
/** The answer to an {@link InspectMessage}. */
export interface InspectedMessage {
  type: 'inspected';
  request: number;
  answer: Answer<'inspect'>;
}

/** A cell asks the person. It travels over the control pipe too, because the main thread may wait for the answer. */
export interface InputQuestion {
  type: 'input';
  /** Unique in the life of the kernel process. */
  request: number;
  run: number;
  cell: string;
  /** `line`: the next line of `process.stdin`. */
  kind: 'prompt' | 'confirm' | 'alert' | 'line';
  /** The question; of a line the last text that the cell has printed. */
  message: string;
  /** The answer that is offered. */
  preset?: string;
}
/** The answer is not wanted any more: the run was interrupted, or the code has stopped reading. */
export interface InputOver {
  type: 'inputOver';
  request: number;
}
export interface InputAnswer {
  type: 'inputAnswer';
  request: number;
  /** null: the person gave none, or the input has ended. A confirmation is `y` or `n`. */
  text: string | null;
  /** Why nobody can answer, as the rest of a sentence. */
  problem?: string;
  /** The answer was a line of the host's own input. true: its terminal shows it already. */
  echoed?: boolean;
}
/** What the kernel writes on the control pipe, a line of JSON each. */
export type ControlQuestion = InputQuestion | InputOver;
/** All that it writes there. */
export type ControlReply = ControlQuestion | InspectedMessage;

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

/** Printed text, folded as a terminal does. */
export interface StreamEvent {
  kind: 'stream';
  name: 'stdout' | 'stderr';
  /** Free of control characters but tabs, line feeds and sequences for colors, unless it is {@link native}. */
  text: string;
  /** Characters that the end of the shown text loses before `text` is appended: a line was written over. */
  back?: number;
  /** As the cell printed it, where that differs from `text`: for a terminal. */
  raw?: string;
  /** Written past the kernel by native code or a child process; no later `back` reaches it. */
  native?: true;
}

export type OutputEvent =
  /** Text for stdout or stderr: append it to the cell's last output if that is the same stream. */
  | StreamEvent
  /**
   * A new output. With an `id`, later `update` events replace its items, in whatever cell it stands. With a `picture`, a
   * `picture` event of that number follows.
   */
  | { kind: 'display'; id?: string; bundle: MimeBundle; picture?: number }
  /**
   * Replaces the items of every output of the notebook that was displayed with this id. Without such an output (its
   * cell was deleted or cleared) it is a new output of this message's cell.
   */
  | { kind: 'update'; id: string; bundle: MimeBundle; picture?: number }
  /**
   * The picture of the outputs that were last displayed or updated with this number; to be put behind the item that it
   * was made from. Without an `item`, it could not be made. Outputs that were updated since keep waiting for theirs.
   */
  | { kind: 'picture'; picture: number; item?: MimeItem }
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
  /** Devices that were tried before it and not taken. */
  refused: Refusal[];
  /**
   * A graphics card's device that is being started. If the process ends now, the card's driver is the likely reason.
   */
  starting?: DeviceName;
  /** The last fault of the device. */
  fault?: DeviceFault;
}
export interface Refusal {
  device: DeviceName;
  /** One sentence without its full stop. */
  reason: string;
}
export interface DeviceFault {
  /** `lost`: it computes no more, and its tensors are gone. `memory`: an op found no memory; the device still works. */
  kind: 'lost' | 'memory';
  /** One sentence without its full stop. */
  reason: string;
}
export interface DeviceMessage {
  type: 'device';
  state: DeviceState;
}
/** New points of a training chart, at most 20 times a second. Between them the chart's output is updated as a whole. */
export interface TrainingMessage {
  type: 'training';
  delta: TrainingDelta;
  /** The state of the training, in one line. */
  text: string;
}
/** News of a panel of controls, for its views. Its output is updated when it rests. */
export interface ControlsMessage {
  type: 'controls';
  news: ControlsNews;
}
/** The process is about to end because `process.exit` was called. */
export interface ExitingMessage {
  type: 'exiting';
  code: number;
}
/** The answer to an {@link AskMessage}. */
export interface AnswerMessage {
  type: 'answer';
  request: number;
  answer: Answer<Question>;
}
/** What the host's end of the process needs itself. */
export type ProcessMessage = ReadyMessage | ExitingMessage | FinishedMessage | AnswerMessage;
/** What the notebook shows. */
export type NotebookMessage =
  StartedMessage | OutputMessage | DeviceMessage | TrainingMessage | ControlsMessage | ControlQuestion;
export type KernelMessage = ProcessMessage | Exclude<NotebookMessage, ControlQuestion>;

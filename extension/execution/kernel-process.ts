// The kernel of one notebook: at most one process at a time, started when it is needed. Keeps the state that the status
// bar shows.
import type * as vscode from 'vscode';
import type { ExitReason, KernelProcess, NodeChoice } from '../../kernel/host/client/index.ts';
import type { DeviceSetting } from '../../kernel/wire/limits.ts';
import {
  handle,
  type Answer,
  type DeviceState,
  type Handlers,
  type NotebookMessage,
  type Question,
  type Questions,
} from '../../kernel/wire/protocol.ts';
import { log } from '../log.ts';
import type { KernelStarter, StartedKernel } from './kernel-starter.ts';

export const NO_KERNEL = 'No kernel is running: run the cell to see more of its values.';

export type KernelPhase = 'none' | 'starting' | 'idle' | 'busy' | 'restarting' | 'dead';

export interface KernelState {
  phase: KernelPhase;
  node?: NodeChoice;
  pid?: number;
  device?: DeviceState;
  /** The device that the kernel was started with. */
  asked?: DeviceSetting;
  /** Why the kernel is dead. */
  reason?: string;
}

export interface KernelEvents {
  /** The state has changed. */
  changed(): void;
  /** A kernel is about to start. */
  starting(): void;
  /** What the running kernel sends. */
  messages: Handlers<NotebookMessage>;
  /** The kernel has ended, for whatever reason, and no other has taken its place. */
  gone(): void;
  /** The kernel ended by itself. @param wasReady it could run cells before */
  died(exit: ExitReason, wasReady: boolean): void;
}

export class NotebookKernel {
  state: KernelState = { phase: 'none' };
  private kernel: StartedKernel | undefined;
  private starting: Promise<StartedKernel> | undefined;

  constructor(
    private readonly starter: KernelStarter,
    private readonly events: KernelEvents,
  ) {}

  /** The process, once it has been started. */
  get process(): KernelProcess | undefined {
    return this.kernel?.process;
  }

  /** The folder that the kernel runs in. */
  get cwd(): string | undefined {
    return this.kernel?.cwd;
  }

  /** Starts a kernel unless there is one. @throws Error with a sentence for the user */
  async ensure(
    phase: 'starting' | 'restarting',
    notebook: vscode.NotebookDocument,
    device: DeviceSetting,
  ): Promise<KernelProcess> {
    if (this.kernel) return this.kernel.process;
    this.starting ??= this.start(phase, notebook, device).finally(() => (this.starting = undefined));
    return (await this.starting).process;
  }

  /** Asks the running kernel; no kernel is started for it. */
  ask<Q extends Question>(question: Q, ask: Questions[Q]['ask']): Promise<Answer<Q>> {
    return this.process?.ask(question, ask) ?? Promise.resolve({ reason: NO_KERNEL });
  }

  /** Ends the kernel. @param atOnce kills it; otherwise its last output is sent first */
  async stop(atOnce: boolean): Promise<void> {
    const kernel = this.kernel ?? (await this.starting?.catch(() => undefined));
    if (!kernel) return;
    this.kernel = undefined;
    await (atOnce ? kernel.process.kill() : kernel.process.shutdown());
  }

  kill(): void {
    void this.process?.kill();
    this.kernel = undefined;
  }

  /** The kernel has been stopped: nothing of it is shown any more. */
  forget(): void {
    this.state = { phase: 'none' };
    this.events.changed();
  }

  setState(change: Partial<KernelState>): void {
    this.state = { ...this.state, ...change };
    this.events.changed();
  }

  private async start(
    phase: 'starting' | 'restarting',
    notebook: vscode.NotebookDocument,
    device: DeviceSetting,
  ): Promise<StartedKernel> {
    this.state = { phase, asked: device };
    this.events.changed();
    this.events.starting();
    try {
      const kernel = await this.starter.start(notebook, device);
      this.kernel = kernel;
      kernel.process.onMessage((message) => kernel === this.kernel && handle(this.events.messages, message));
      void kernel.process.exited.then((exit) => this.exited(kernel, exit));
      const ready = await kernel.process.ready;
      log().info(`kernel ${ready.pid} is ready: Node ${ready.node}, ${Math.round(ready.startMs)} ms`);
      this.setState({ phase: 'idle', node: kernel.node, pid: ready.pid });
      return kernel;
    } catch (e) {
      const { message } = e as Error;
      log().error(message);
      this.setState({ phase: 'dead', reason: message });
      throw e;
    }
  }

  private exited(kernel: StartedKernel, exit: ExitReason): void {
    log().info(`kernel ${kernel.process.pid ?? ''} ended (code ${exit.code}, signal ${exit.signal}): ${exit.text}`);
    if (this.kernel === undefined || this.kernel === kernel) this.events.gone();
    if (this.kernel !== kernel) return;
    this.kernel = undefined;
    if (exit.expected) return;
    const wasReady = this.state.node !== undefined;
    this.setState({ phase: 'dead', reason: exit.text });
    this.events.died(exit, wasReady);
  }
}

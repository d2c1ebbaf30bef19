// The device policy of one notebook: which device its kernels get, and the user's choices when a device fails.
import * as vscode from 'vscode';
import { deviceOf, type ExitReason, type WantedDevice } from '../../kernel/host/client/index.ts';
import type { DeviceName, DeviceSetting } from '../../kernel/wire/limits.ts';
import type { DeviceState } from '../../kernel/wire/protocol.ts';
import { log } from '../log.ts';
import type { NotebookMetadata } from '../notebook/data.ts';
import { settings } from '../settings.ts';

/** The device in a notebook's metadata, or else in the setting. */
export function wantedDevice(notebook: vscode.NotebookDocument): WantedDevice {
  return deviceOf((notebook.metadata as NotebookMetadata).metadata, settings.kernel().device);
}

/** What the policy needs of the notebook's kernel. */
export interface Restarts {
  /** Names the running process; undefined without one. */
  pid(): number | undefined;
  restart(): Promise<void>;
  restartOnCpu(): Promise<void>;
}

export class DevicePolicy {
  /** The device of all kernels until the notebook is closed or a device is chosen. */
  private forced: DeviceSetting | undefined;
  /** The mistake in the metadata that the user has been told. */
  private toldProblem: string | undefined;
  /** The user has been told that this kernel's graphics card is out of memory. */
  private toldMemory = false;

  constructor(private readonly kernel: Restarts) {}

  /** The device of the next kernel. */
  wanted(notebook: vscode.NotebookDocument): WantedDevice {
    return this.forced === undefined ? wantedDevice(notebook) : { device: this.forced, own: false };
  }

  get isForced(): boolean {
    return this.forced !== undefined;
  }

  /** Sets the device of all kernels to come, whatever notebook and setting say; undefined ends that. */
  force(device: DeviceSetting | undefined): void {
    this.forced = device;
  }

  /** A kernel starts: a mistake in the notebook's metadata is reported once. */
  kernelStarts({ problem }: WantedDevice): void {
    this.toldMemory = false;
    if (problem !== undefined && problem !== this.toldProblem)
      void vscode.window.showWarningMessage(`DLNB: ${problem}`);
    this.toldProblem = problem;
  }

  /** The kernel reports its device: faults are shown, with ways out. */
  changed({ device, detail, refused, starting, fault }: DeviceState): void {
    if (starting) return log().info(`device ${starting} is being started`);
    log().info(`device ${device}: ${detail}`);
    for (const { device, reason } of refused) log().info(`device ${device} not taken: ${reason}`);
    if (!fault) return;
    log().warn(`device ${device}: ${fault.reason}`);
    if (fault.kind === 'lost')
      void this.offerCpu(
        `the device "${device}" was lost (${fault.reason}). Its tensors are gone; other variables are kept until a restart.`,
      );
    else if (!this.toldMemory) {
      this.toldMemory = true;
      void this.offerCpu(`${fault.reason}. Variables are kept until a restart.`);
    }
  }

  /** Offers the processor after a crash that a graphics card's driver may have caused. @returns whether it may have */
  crashed(exit: ExitReason, state: DeviceState | undefined): boolean {
    const device = suspect(exit, state);
    if (device) void this.offerCpu(`${exit.text} The device was "${device}".`);
    return device !== undefined;
  }

  private async offerCpu(text: string): Promise<void> {
    const pid = this.kernel.pid();
    const [onCpu, restart] = ['Restart on CPU', 'Restart Kernel'];
    const choice = await vscode.window.showWarningMessage(`DLNB: ${text}`, onCpu, restart);
    // The offer was about an earlier kernel: a restart now would lose the variables of the one that followed it
    const now = this.kernel.pid();
    if (choice === undefined || (now !== undefined && now !== pid)) return;
    await (choice === onCpu ? this.kernel.restartOnCpu() : this.kernel.restart());
  }
}

/** The graphics card's device that computed, or was being started, when a kernel crashed. */
function suspect({ crashed }: ExitReason, { device, starting }: Partial<DeviceState> = {}): DeviceName | undefined {
  const used = starting ?? device;
  return crashed && used !== undefined && used !== 'none' && used !== 'cpu' ? used : undefined;
}

/** A hint for the error of a crashed kernel; empty where no driver can be the reason. */
export function suspicion(exit: ExitReason, state: DeviceState | undefined): string {
  const device = suspect(exit, state);
  return device
    ? ` The device was "${device}". If its driver is the cause, use the command "DLNB: Restart Kernel on CPU".`
    : '';
}

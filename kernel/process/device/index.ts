// Loads the one copy of the tensor library that all cells share, starts its device and reports what becomes of it.
import path from 'node:path';
import { createRequire } from 'node:module';
import type { DeviceName } from '../../wire/limits.ts';
import type { KernelOptions } from '../../wire/options.ts';
import type { DeviceFault, DeviceState } from '../../wire/protocol.ts';
import type * as Library from '../../tensors/index.ts';
import type { PeekHost } from '../../outputs/peek.ts';
import { answerIn } from '../cell/modules/one-engine.ts';
import { chooseDevice, NoSuchDevice, type Starter } from './choose.ts';

/** What the manager tells the session. */
export interface DeviceEvents {
  /** Called before each op kernel; throws when the run was interrupted. */
  check: () => void;
  /** Called at each change of the device's state. */
  changed: (state: DeviceState) => void;
  /** Tells the user something, once. */
  notify: (text: string) => void;
  /** Called once, when the library has been loaded. */
  loaded: (tf: typeof Library.tf) => void;
}

export class DeviceManager {
  private loading: Promise<object> | undefined;
  private module: typeof Library | undefined;
  private seeded: number | undefined;
  private state: DeviceState = { device: 'none', detail: '', refused: [] };

  constructor(
    private readonly options: KernelOptions,
    private readonly events: DeviceEvents,
  ) {}

  /**
   * The library `@tensorflow/tfjs`, with its device started; loaded at the first call.
   * @throws Error when the requested device is not available; the message says why and what to do.
   */
  library(): Promise<object> {
    this.loading ??= this.load();
    this.loading.catch(() => (this.loading = undefined));
    return this.loading;
  }

  /** The device in use; `none` until the library has been loaded. */
  get name(): DeviceName | 'none' {
    return this.state.device;
  }

  /** The library, if it has been loaded. */
  get loaded(): typeof Library.tf | undefined {
    return this.state.device === 'none' ? undefined : this.module?.tf;
  }

  /**
   * How the values of tensors are looked at.
   * @param now whether in the middle of other code
   */
  peekHost(now: boolean): PeekHost {
    const { module } = this;
    const backend = this.loaded?.backend();
    return {
      values: (tensor, size) => module?.peekValues(tensor, size, now),
      device: (tensor) => {
        const isHere = backend && module?.isOn(tensor, backend);
        return isHere === undefined ? undefined : isHere ? this.name : 'cpu';
      },
    };
  }

  /** Starts the library's random numbers again, now or when it is loaded. */
  seed(value: number | undefined): void {
    this.seeded = value;
    this.module?.seedRandom(value);
  }

  /** The library at once: its device starts meanwhile. */
  unstarted(): typeof Library.tf {
    void this.library().catch(() => {}); // whoever waits for the device learns it
    return this.module!.tf;
  }

  /**
   * Tells the engine that a cell begins to run, and saves its state. The returned function restores it after code was
   * ended inside a `tidy` or a gradient.
   */
  guard(): () => void {
    const before = this.module?.beginCell();
    return () => this.module?.restoreEngine(before ?? this.module.idleEngine);
  }

  private async load(): Promise<object> {
    const { check, notify, loaded } = this.events;
    const require = createRequire(path.join(__dirname, 'kernel.js'));
    const module = (this.module = require('./tf.js') as typeof Library);
    module.seedRandom(this.seeded);
    try {
      const { device, started, refused } = await chooseDevice(this.options.device, this.starters(module), {
        electron: process.versions['electron'] !== undefined,
        trying: (device, refused) => {
          // A driver may crash the process: the host must know which one was tried
          if (device !== 'cpu') this.change({ device: 'none', detail: '', refused, starting: device });
        },
      });
      if (started.notice) notify(started.notice);
      module.callBeforeEachKernel(check);
      this.state = { device, detail: started.detail, refused };
      loaded(module.tf);
      this.change(this.state);
      void started.lost?.then((reason) => this.fault({ kind: 'lost', reason }));
    } catch (e) {
      this.change({ device: 'none', detail: '', refused: e instanceof NoSuchDevice ? [e.refusal] : [] });
      throw e;
    }
    return module.tf;
  }

  private starters(module: typeof Library): Record<DeviceName, Starter> {
    const options = {
      ...this.options,
      dist: __dirname,
      outOfMemory: (reason: string) => this.fault({ kind: 'memory', reason }),
    };
    return {
      cuda: (explicit) => module.startCuda({ ...options, answerIn, explicit }),
      webgpu: (explicit) => module.startWebGpu({ ...options, software: explicit }),
      cpu: () => module.startCpu(options),
    };
  }

  /** A lost device stays lost: later faults are ignored. */
  private fault(fault: DeviceFault): void {
    if (this.state.fault?.kind !== 'lost') this.change({ ...this.state, fault });
  }

  private change(state: DeviceState): void {
    this.state = state;
    this.events.changed(state);
  }
}

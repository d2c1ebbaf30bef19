// Which device computes, why the others were passed over, and the one copy of the tensor library that all cells share.
import path from 'node:path';
import { createRequire } from 'node:module';
import type { DeviceFault, DeviceName, DeviceSetting, DeviceState } from '../../wire/protocol.ts';
import type * as Library from '../../tensors/index.ts';
import { chooseDevice, NoSuchDevice, type Starter } from './choose.ts';

export interface DeviceOptions {
  setting: DeviceSetting;
  /** The notebook's folder, where packages are looked for. */
  cwd: string;
  /** Folder of the packages that "DLNB: Install CUDA Runtime…" has brought. */
  cuda?: string | undefined;
  /** Threads of the device `cpu`; by default one for each core. */
  threads?: number | undefined;
  /** Called before each op kernel; throws when the run was interrupted. */
  check: () => void;
  changed: (state: DeviceState) => void;
  /** Tells the user something, once. */
  notify: (text: string) => void;
  /** Called once, when the library is there. */
  loaded: (tf: typeof Library.tf) => void;
}

export class DeviceManager {
  private loading: Promise<object> | undefined;
  private module: typeof Library | undefined;
  private state: DeviceState = { device: 'none', detail: '', refused: [] };

  constructor(private readonly options: DeviceOptions) {}

  /**
   * The library `@tensorflow/tfjs`, with its device started; loaded at the first call.
   * @throws Error when the device that the user asked for is not to be had; the message says why and what to do.
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

  /** Remembers where the engine stands; the returned function puts it back there after code was ended in the middle of a `tidy` or a gradient. */
  guard(): () => void {
    const before = this.module?.engineState();
    return () => this.module?.restoreEngine(before ?? this.module.idleEngine);
  }

  private async load(): Promise<object> {
    const { setting, check, notify, loaded } = this.options;
    const require = createRequire(path.join(__dirname, 'kernel.js'));
    const module = (this.module = require('./tf.js') as typeof Library);
    try {
      const { device, started, refused } = await chooseDevice(setting, this.starters(module), {
        electron: process.versions['electron'] !== undefined,
        trying: (device, refused) => {
          // A driver may take the process with it
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
    const { cwd, cuda, threads } = this.options;
    const outOfMemory = (reason: string) => this.fault({ kind: 'memory', reason });
    return {
      cuda: (explicit) => module.startCuda({ cwd, installed: cuda, explicit, outOfMemory }),
      webgpu: (explicit) => module.startWebGpu({ dist: __dirname, software: explicit, outOfMemory }),
      cpu: () => module.startCpu({ dist: __dirname, threads }),
    };
  }

  /** A device that is lost stays so, whatever it says afterwards. */
  private fault(fault: DeviceFault): void {
    if (this.state.fault?.kind !== 'lost') this.change({ ...this.state, fault });
  }

  private change(state: DeviceState): void {
    this.state = state;
    this.options.changed(state);
  }
}

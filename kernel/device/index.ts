// Which device computes, why the others were passed over, and the one copy of the tensor library that all cells share.
import path from 'node:path';
import { createRequire } from 'node:module';
import type { DeviceName, DeviceSetting, DeviceState } from '../protocol.ts';
import type * as Library from '../dl/tf.ts';

export interface DeviceOptions {
  setting: DeviceSetting;
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

/** In the order in which `auto` tries them; the first that works is taken. */
const order: DeviceName[] = ['cuda', 'webgpu', 'cpu'];

/** Why this version does not have a device, in one sentence. */
const missing: Partial<Record<DeviceName, string>> = {
  cuda: 'this version of DLNB cannot use @tensorflow/tfjs-node-gpu yet',
  webgpu: 'this version of DLNB has no WebGPU device yet',
};

export class DeviceManager {
  private loading: Promise<object> | undefined;
  private module: typeof Library | undefined;
  /** Whether its device computes. */
  private started = false;

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
    return this.module ? 'cpu' : 'none';
  }

  /** The library, if it has been loaded. */
  get loaded(): typeof Library.tf | undefined {
    return this.started ? this.module?.tf : undefined;
  }

  /** Remembers where the engine stands; the returned function puts it back there after code was ended in the middle of a `tidy` or a gradient. */
  guard(): () => void {
    const before = this.module?.engineState();
    return () => this.module?.restoreEngine(before ?? this.module.idleEngine);
  }

  private async load(): Promise<object> {
    const { setting, threads, check, changed, notify, loaded } = this.options;
    const reason = setting === 'auto' ? undefined : missing[setting];
    if (reason)
      throw new Error(
        `The device "${setting}" cannot be used: ${reason}. Choose "auto" or "cpu" in the setting "dlnb.device" or with --device.`,
      );
    const require = createRequire(path.join(__dirname, 'kernel.js'));
    const module = (this.module = require('./tf.js') as typeof Library);
    const { detail, notice } = await module.startCpu({ dist: __dirname, threads });
    if (notice) notify(notice);
    module.callBeforeEachKernel(check);
    this.started = true;
    loaded(module.tf);
    const refused = setting === 'auto' ? order.slice(0, order.indexOf('cpu')) : [];
    changed({ device: 'cpu', detail, refused: refused.map((device) => ({ device, reason: missing[device]! })) });
    return module.tf;
  }
}

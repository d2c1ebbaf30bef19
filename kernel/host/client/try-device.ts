// Tries out devices: a kernel of its own starts one, as for a notebook, computes a sum on it, and ends.
import { ERROR } from '../../wire/mime.ts';
import { DEVICES, type DeviceName } from '../../wire/limits.ts';
import type { PlainError } from '../../wire/errors.ts';
import type { DeviceState, OutputEvent } from '../../wire/protocol.ts';
import { KernelProcess, type KernelSpec } from './process.ts';

/** What became of the device that was tried; of `auto`, the first that works, with the refused ones. */
export interface TriedDevice {
  state: DeviceState;
  works: boolean;
  /** Why it does not work, one sentence without its full stop. */
  reason: string;
}

const CELL = 'device';
const code = "import * as tf from '@tensorflow/tfjs'; await tf.matMul([[1]], [[1]]).data(); undefined";
/** Drivers that hang are given up. */
const MOST_MS = 60_000;

/** Tries the device of the options. Never rejects. */
export async function tryDevice(spec: KernelSpec): Promise<TriedDevice> {
  const kernel = KernelProcess.start(spec);
  let state: DeviceState = { device: 'none', detail: '', refused: [] };
  let error: string | undefined;
  kernel.onMessage((m) => {
    if (m.type === 'device') state = m.state;
    if (m.type === 'output') error ??= messageOf(m.event);
  });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    void kernel.kill();
  }, MOST_MS);
  try {
    const outcome = await kernel.run({ cell: CELL, language: 'typescript', code, order: [CELL] });
    if (state.device !== 'none' && outcome.status === 'ok') return { state, works: true, reason: '' };
    if (outcome.status !== 'died')
      return { state, works: false, reason: state.refused.at(-1)?.reason ?? error ?? NONE };
    const reason = late ? `it does not answer within ${MOST_MS / 1000} s` : outcome.exit.text.replace(/\.$/, '');
    return { state, works: false, reason };
  } finally {
    clearTimeout(timer);
    await kernel.kill();
  }
}

const NONE = 'the kernel does not say why';

function messageOf(event: OutputEvent): string | undefined {
  if (event.kind !== 'error') return undefined;
  const item = event.bundle.find(({ mime }) => mime === ERROR);
  return item && 'json' in item ? (item.json as PlainError).message : undefined;
}

/** Whether a device works, and how or why not: a phrase without its full stop. */
export interface Existence {
  works: boolean;
  text: string;
}

/** The devices that were tried. After the first that works, none is. */
export type Existing = Partial<Record<DeviceName, Existence>>;

/** What a trial of `auto` says of each device. */
export function existing({ state, works, reason }: TriedDevice): Existing {
  const found: Existing = {};
  for (const { device, reason: text } of state.refused) found[device] = { works: false, text };
  // A driver that ends the process is named by the device that was being started
  const last = state.starting ?? (state.device === 'none' ? DEVICES.find((d) => !found[d]) : state.device);
  if (last) found[last] = works ? { works, text: state.detail } : { works, text: reason };
  return found;
}

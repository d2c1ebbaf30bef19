// The calls of a run: number and seed determine each, so every process makes the same by itself.
import { ops, opNames } from './ops.mts';
import { type Arg, Gen, isTensorSpec, spoilt } from './values.mts';

export interface Call {
  /** The op's name below `tf`. */
  op: string;
  args: Arg[];
  /** Whether something in the arguments is wrong on purpose; they may be right all the same. */
  spoilt: boolean;
}

/** Call number `index` of the run with this seed. */
export function callOf(seed: number, index: number): Call {
  const gen = new Gen(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b));
  const op = gen.pick(opNames);
  const right = ops[op]!(gen);
  if (!gen.chance(0.45)) return { op, args: right, spoilt: false };
  const args = spoilt(right, gen);
  return { op, args: gen.chance(0.2) ? spoilt(args, gen) : args, spoilt: true };
}

/** The call as a line of a program, with short tensors written out. */
export function written({ op, args }: Call): string {
  const list = args.map(text);
  while (list.at(-1) === 'undefined') list.pop();
  return `tf.${op}(${list.join(', ')})`;
}

function text(arg: Arg): string {
  if (isTensorSpec(arg)) {
    const { shape, dtype, values } = arg;
    const shown = values.length > 24 ? `${values.slice(0, 24).map(text).join(', ')}, … ` : values.map(text).join(', ');
    const kind = dtype === 'float32' ? '' : `, '${dtype}'`;
    return dtype === 'complex64' ? `complex64 [${shape}] of (${shown})` : `tf.tensor([${shown}], [${shape}]${kind})`;
  }
  if (Array.isArray(arg)) return `[${arg.map(text).join(', ')}]`;
  if (typeof arg === 'object' && arg !== null)
    return `{ ${Object.entries(arg)
      .filter(([, v]) => v !== undefined)
      .map(([k, v]) => `${k}: ${text(v)}`)
      .join(', ')} }`;
  return typeof arg === 'string' ? JSON.stringify(arg) : Object.is(arg, -0) ? '-0' : String(arg);
}

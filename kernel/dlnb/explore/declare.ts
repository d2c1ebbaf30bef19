// Controls as a cell declares them (`w: [-2, 2]`, `kind: ['relu', 'tanh']`, `on: true`), and what they are on the wire.
import {
  MAX_CHOICES,
  MAX_CONTROLS,
  MAX_STOPS,
  takenValue,
  type Control,
  type ControlValue,
} from '../../wire/controls.ts';
import { checkOptions, shown, type OptionNames } from '../options.ts';

/** A slider whose every property is said. */
export interface RangeOptions {
  from: number;
  to: number;
  /** Between two values; by default the range has about a hundred. */
  step?: number;
  /** Whether the slider is logarithmic, as learning rates need it. False by default; `from` must be above 0. */
  log?: boolean;
  /** The value at first; the middle by default. */
  value?: number;
  /** The text before the control; its name by default. */
  label?: string;
}

/** A list whose every property is said. */
export interface ChoiceOptions<V = unknown> {
  /** Values of any kind. */
  options: readonly V[];
  /** The value at first; the first one by default. */
  value?: V;
  label?: string;
}

/** A button: its value counts how often it was pressed. {@link button} makes it. */
export class Button {
  constructor(readonly label: string) {}
}

/**
 * A control: `[from, to]` is a slider, `[from, to, { log: true }]` one with more to say; a list of texts, or of any
 * values but two numbers, is a choice; true or false is a box to check; `button('New data')` is a button.
 */
export type ControlSpec =
  | readonly [number, number]
  | readonly [number, number, Omit<RangeOptions, 'from' | 'to'>]
  | readonly unknown[]
  | RangeOptions
  | ChoiceOptions
  | boolean
  | Button;
export type ControlSpecs = Readonly<Record<string, ControlSpec>>;

/** The value that a control gives. */
export type ValueOf<C> = C extends boolean
  ? boolean
  : C extends { readonly options: readonly (infer O)[] }
    ? O
    : C extends Button
      ? number
      : C extends readonly [number, number] | readonly [number, number, object]
        ? number
        : C extends readonly (infer O)[]
          ? O
          : number;
/** The values of all controls, by their names. */
export type ValuesOf<S extends ControlSpecs> = { -readonly [K in keyof S]: ValueOf<S[K]> };

/** A control and the values that its options stand for. */
export interface Declared {
  control: Control;
  /** What the function gets for a value on the wire. */
  given(value: ControlValue): unknown;
}

const RANGE_OPTIONS: OptionNames<RangeOptions> = {
  from: 'number',
  to: 'number',
  step: 'number',
  log: 'boolean',
  value: 'number',
  label: 'text',
};
const CHOICE_OPTIONS: OptionNames<ChoiceOptions> = { options: true, value: true, label: 'text' };

const WANTED =
  "[from, to] for a slider, a list such as ['relu', 'tanh'] for a choice, true or false for a box, button('New data') or { from, to, step, log, value, label }";

/** @throws TypeError or RangeError that names the control and says what it can be */
export function declare(where: string, specs: ControlSpecs): Declared[] {
  if (typeof specs !== 'object' || specs === null || Array.isArray(specs))
    throw new TypeError(`${where}: the controls must be an object such as { w: [-2, 2] }, got ${shown(specs)}`);
  const entries = Object.entries(specs);
  if (entries.length > MAX_CONTROLS)
    throw new RangeError(`${where}: at most ${MAX_CONTROLS} controls can be shown, got ${entries.length}`);
  return entries.map(([name, spec]) => {
    if (name === '' || name.length > 100)
      throw new RangeError(`${where}: the name of a control must have 1 to 100 characters, got ${name.length}`);
    return one(`${where}: ${name}`, name, spec);
  });
}

function one(where: string, name: string, spec: ControlSpec): Declared {
  if (typeof spec === 'boolean') return plain({ kind: 'check', name, value: spec });
  if (spec instanceof Button) return plain({ kind: 'button', name, label: spec.label, value: 0 });
  if (Array.isArray(spec)) return ofList(where, name, spec as unknown[]);
  if (typeof spec !== 'object' || spec === null || ArrayBuffer.isView(spec))
    throw new TypeError(`${where} must be ${WANTED}, got ${shown(spec)}`);
  if ('options' in spec) {
    checkOptions(where, spec as ChoiceOptions, CHOICE_OPTIONS);
    const { options, value, label } = spec as ChoiceOptions;
    if (!Array.isArray(options)) throw new TypeError(`${where}: options must be a list, got ${shown(options)}`);
    return choice(where, name, options as unknown[], { value, label });
  }
  checkOptions(where, spec as RangeOptions, RANGE_OPTIONS);
  return range(where, name, spec as RangeOptions);
}

function ofList(where: string, name: string, list: unknown[]): Declared {
  const [from, to, more] = list;
  const isPair = typeof from === 'number' && typeof to === 'number';
  if (isPair && list.length === 2) return range(where, name, { from, to });
  if (isPair && list.length === 3 && typeof more === 'object' && more !== null) {
    checkOptions(where, more as RangeOptions, RANGE_OPTIONS);
    return range(where, name, { ...(more as object), from, to });
  }
  return choice(where, name, list, {});
}

const plain = (control: Control): Declared => ({ control, given: (value) => value });

function range(where: string, name: string, options: RangeOptions): Declared {
  const { from, to, step, log = false, value, label } = options;
  if (!Number.isFinite(from) || !Number.isFinite(to) || !(from < to))
    throw new RangeError(
      `${where}: a slider needs from < to, got ${shown(from)} and ${shown(to)}; for a choice among two numbers write { options: [${shown(from)}, ${shown(to)}] }`,
    );
  if (log && from <= 0) throw new RangeError(`${where}: a logarithmic slider begins above 0, got from = ${from}`);
  if (step !== undefined && !(step > 0 && step <= to - from && (to - from) / step <= MAX_STOPS))
    throw new RangeError(`${where}: step must be from ${(to - from) / MAX_STOPS} to ${to - from}, got ${shown(step)}`);
  const control: Control = {
    ...{ kind: 'range', name, from, to, value: from },
    ...(label !== undefined && { label }),
    ...(step !== undefined && { step }),
    ...(log && { log }),
  };
  const first = takenValue(control, value ?? (log ? Math.sqrt(from * to) : (from + to) / 2));
  if (first === undefined) throw new RangeError(`${where}: value must be from ${from} to ${to}, got ${shown(value)}`);
  return plain({ ...control, value: first } as Control);
}

function choice(
  where: string,
  name: string,
  options: readonly unknown[],
  { value, label }: { value?: unknown; label?: string | undefined },
): Declared {
  if (options.length === 0 || options.length > MAX_CHOICES)
    throw new RangeError(`${where}: a choice has 1 to ${MAX_CHOICES} options, got ${options.length}`);
  const at = value === undefined ? 0 : options.indexOf(value);
  if (at < 0) throw new RangeError(`${where}: value ${shown(value)} is not among the options`);
  const control: Control = {
    ...{ kind: 'choice', name, options: options.map(shown), value: at },
    ...(label !== undefined && { label }),
  };
  return { control, given: (index) => options[Number(index)] };
}

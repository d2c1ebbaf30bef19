// The payload of controls (sliders, lists, boxes, buttons) with what a function draws for their values, and the messages
// between them and their kernel. Used by `explore`, `train.film` and `train.knobs`.
import {
  check,
  checkVersion,
  fieldsOf,
  isCount,
  isRecord,
  list,
  nameOf,
  number,
  objects,
  oneOf,
  optional,
  shortText,
  text,
  texts,
  type Fields,
} from './fields.ts';

/** At most this many controls in one panel. */
export const MAX_CONTROLS = 16;
/** At most this many options in a list. */
export const MAX_CHOICES = 100;
/** A slider stops at most at this many places. */
export const MAX_STOPS = 10_000;
/** A logarithmic slider stops at this many places besides its first. */
const LOG_STOPS = 100;
/** At most this many outputs of one call are shown. */
export const MAX_SHOWN = 20;
/** At most this many combinations in a grid. */
export const MAX_COMBINATIONS = 200;
/** At most this many moments of a film. */
export const MAX_MOMENTS = 200;
/** The longest grid that is drawn, in characters of its base64 and in bytes without compression. */
export const MAX_GRID = { base64: 3_000_000, bytes: 64_000_000 };

/** A slider. */
export interface RangeControl {
  kind: 'range';
  name: string;
  label?: string;
  from: number;
  to: number;
  /** Between two places of a linear slider. Of a logarithmic one, values are rounded to it if it is there. */
  step?: number;
  log?: boolean;
  value: number;
}
/** A list; the value is an index. */
export interface ChoiceControl {
  kind: 'choice';
  name: string;
  label?: string;
  options: string[];
  value: number;
}
/** A box to check. */
export interface CheckControl {
  kind: 'check';
  name: string;
  label?: string;
  value: boolean;
}
/** A button; the value counts how often it was pressed. */
export interface ButtonControl {
  kind: 'button';
  name: string;
  label?: string;
  value: number;
}
/** The slider of a film: the value is an index of `at`. It plays. */
export interface StepsControl {
  kind: 'steps';
  name: string;
  label?: string;
  /** The steps of the training, growing. */
  at: number[];
  value: number;
}
export type Control = RangeControl | ChoiceControl | CheckControl | ButtonControl | StepsControl;
export type ControlValue = number | boolean;
export type ControlValues = Record<string, ControlValue>;

/** One representation of an output inside the panel. */
export type PartItem = { mime: string } & ({ text: string } | { json: unknown } | { base64: string });
/** An output inside the panel. */
export interface Part {
  items: PartItem[];
  /** Of a plot: a vertical line stands at the step of the film. */
  cursor?: boolean;
}

/** Payload of `CONTROLS`, version 1. */
export interface ControlsPayload {
  version: 1;
  of: 'explore' | 'film' | 'knobs';
  /** A whole number below 2³¹, of the cell and the place in it, by which messages name the panel. */
  panel: number;
  title?: string;
  controls: Control[];
  /** What is drawn for the values of the controls. */
  shown: Part[];
  /** In place of the newest `shown`: the error of the function. The last ones that could be drawn stay. */
  error?: Part;
  /** What is drawn without a kernel. */
  grid?: Grid;
}

/** What the function draws for samples of the controls' values. */
export interface Grid {
  /** For each control the values that were sampled (of a box 0 and 1); null where only the present value was. */
  samples: (number[] | null)[];
  /** {@link GridFrames} as JSON, compressed by gzip, in base64. */
  frames: string;
}
export interface GridFrames {
  /** Outputs, each once. */
  parts: Part[];
  /**
   * For each combination of the samples (the last control's change fastest) the indices of its outputs; null where it
   * was not computed.
   */
  frames: (number[] | null)[];
}

// ---- messages

/** The reader has moved a control. */
export interface ControlsSet {
  type: 'set';
  panel: number;
  /** A random number of the view, and its count of messages: the frame says which one it answers. */
  view: number;
  seq: number;
  values: ControlValues;
}
/** A view asks whether the panel has a kernel. */
export interface ControlsHello {
  type: 'hello';
  panel: number;
  view: number;
}
/** What renderers send. `stop` interrupts the function that is computing. */
export type ControlsRequest = ControlsSet | ControlsHello | { type: 'stop'; panel: number };

/** What the function drew: for the view that asked, and for all others of the notebook. */
export interface ControlsFrame {
  type: 'frame';
  panel: number;
  view: number;
  seq: number;
  values: ControlValues;
  shown?: Part[];
  error?: Part;
}
/** What renderers are sent. Without a panel, the kernel is gone. */
export type ControlsNews =
  ControlsFrame | { type: 'live'; panel: number; view: number } | { type: 'gone'; panel?: number };

/** A message of a renderer, whose every field is checked. Values are checked by the panel's own declarations. */
export function readRequest(message: unknown): ControlsRequest | undefined {
  if (!isRecord(message)) return undefined;
  const { type, panel, view, seq, values } = message;
  if (!isCount(panel)) return undefined;
  if (type === 'stop') return { type, panel };
  if (!isCount(view)) return undefined;
  if (type === 'hello') return { type, panel, view };
  if (type !== 'set' || !isCount(seq) || !isRecord(values)) return undefined;
  const entries = Object.entries(values);
  const known = entries.filter(([, v]) => typeof v === 'boolean' || (typeof v === 'number' && Number.isFinite(v)));
  if (entries.length > MAX_CONTROLS || known.length < entries.length || entries.some(([name]) => name.length > 100))
    return undefined;
  return { type, panel, view, seq, values: Object.fromEntries(known) as ControlValues };
}

// ---- values

/** How many places a control has, less one. */
export function lastPlace(control: Control): number {
  switch (control.kind) {
    case 'range':
      if (control.log) return LOG_STOPS;
      return Math.max(1, Math.min(MAX_STOPS, Math.round((control.to - control.from) / stepOf(control))));
    case 'choice':
      return control.options.length - 1;
    case 'steps':
      return control.at.length - 1;
    case 'check':
      return 1;
    case 'button':
      return 0;
  }
}

/** The value of a slider at one of its places, 0 … {@link lastPlace}. */
export function valueAt(range: RangeControl, place: number): number {
  const { from, to, log } = range;
  const last = lastPlace(range);
  if (place <= 0) return from;
  if (place >= last) return to;
  return rounded(range, log ? from * (to / from) ** (place / last) : from + place * stepOf(range));
}

/** The place of a slider that is nearest to a value. */
export function placeOf(range: RangeControl, value: number): number {
  const { from, to, log } = range;
  const last = lastPlace(range);
  const share = log ? Math.log(value / from) / Math.log(to / from) : (value - from) / stepOf(range) / last;
  return Math.max(0, Math.min(last, Math.round(share * last)));
}

/**
 * The value that a control takes for a value from outside: of a slider rounded to its step.
 * @returns undefined if the control cannot have it
 */
export function takenValue(control: Control, value: unknown): ControlValue | undefined {
  switch (control.kind) {
    case 'range': {
      if (typeof value !== 'number' || !(value >= control.from && value <= control.to)) return undefined;
      return control.log ? rounded(control, value) : valueAt(control, placeOf(control, value));
    }
    case 'choice':
    case 'steps':
      return isCount(value) && value <= lastPlace(control) ? value : undefined;
    case 'check':
      return typeof value === 'boolean' ? value : undefined;
    case 'button':
      return isCount(value) ? value : undefined;
  }
}

const stepOf = ({ from, to, step }: RangeControl) => step ?? niceStep(from, to);

/** 1, 2 or 5 times a power of ten, so that the range has 50 to 125 steps. */
export function niceStep(from: number, to: number): number {
  const least = (to - from) / 125;
  const power = 10 ** Math.floor(Math.log10(least));
  const times = [1, 2, 5, 10].find((n) => n * power >= least * (1 - 1e-9))!;
  return Number((times * power).toPrecision(1));
}

function rounded(range: RangeControl, value: number): number {
  const { from, to, step, log } = range;
  const near =
    !log || step !== undefined
      ? from + Math.round((value - from) / stepOf(range)) * stepOf(range)
      : Number(value.toPrecision(3));
  // Without the last digits of sums such as 0.1 + 0.2
  return Math.max(from, Math.min(to, Number(near.toPrecision(12))));
}

/** The value as a short text. */
export function valueText(control: Control, value: ControlValue = control.value): string {
  if (control.kind === 'choice') return control.options[Number(value)] ?? '';
  if (control.kind === 'steps') return String(control.at[Number(value)] ?? '');
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6))
    return value
      .toExponential(2)
      .replace(/\.?0+e/, 'e')
      .replace('e+', 'e');
  return String(Number(value.toPrecision(6)));
}

// ---- reading

/** @throws PayloadError that says what is wrong with a payload from a file that anyone may have written */
export function readControls(payload: unknown): ControlsPayload {
  const fields = fieldsOf(payload, 'the panel of controls');
  checkVersion(fields.values['version'], 1);
  const grid = fields.values['grid'];
  const error = fields.values['error'];
  const controls = objects(fields, 'controls', 'control', MAX_CONTROLS).map(readControl);
  check(new Set(controls.map(({ name }) => name)).size === controls.length, 'two controls have the same name');
  return {
    version: 1,
    of: oneOf(fields, 'of', ['explore', 'film', 'knobs'] as const),
    panel: number(fields, 'panel'),
    ...optional(fields, { title: text }),
    controls,
    shown: readParts(fields, 'shown'),
    ...(error !== undefined && { error: readPart(fieldsOf(error, 'the error')) }),
    ...(grid !== undefined && { grid: readGrid(fieldsOf(grid, 'the grid'), controls.length) }),
  };
}

function readControl(fields: Fields): Control {
  const kind = oneOf(fields, 'kind', ['range', 'choice', 'check', 'button', 'steps'] as const);
  const named = { name: shortText(fields, 'name'), ...optional(fields, { label: text }) };
  const { value } = fields.values;
  const control = ((): Control => {
    switch (kind) {
      case 'range': {
        const log = fields.values['log'] === true;
        const [from, to] = [number(fields, 'from'), number(fields, 'to')];
        check(from < to && (!log || from > 0), `the range of ${fields.name} is empty`);
        const { step } = optional(fields, { step: number });
        check(step === undefined || (step > 0 && step <= to - from), `the step of ${fields.name} does not fit`);
        return { kind, ...named, from, to, ...(step !== undefined && { step }), ...(log && { log }), value: from };
      }
      case 'choice': {
        const options = texts(fields, 'options', MAX_CHOICES);
        check(options.length > 0, `${fields.name} has no options`);
        return { kind, ...named, options, value: 0 };
      }
      case 'steps': {
        const at = list(fields, 'at', MAX_MOMENTS);
        check(at.length > 0 && at.every(Number.isFinite), `${nameOf(fields, 'at')} holds no numbers`);
        return { kind, ...named, at: at as number[], value: 0 };
      }
      case 'check':
        return { kind, ...named, value: false };
      case 'button':
        return { kind, ...named, value: 0 };
    }
  })();
  const taken = takenValue(control, value);
  check(taken !== undefined, `${nameOf(fields, 'value')} is not one of its values`);
  return { ...control, value: taken } as Control;
}

/** @throws PayloadError if these are no outputs */
export const readParts = (fields: Fields, key: string): Part[] =>
  objects(fields, key, 'output', MAX_SHOWN).map(readPart);

export function readPart(fields: Fields): Part {
  const items = objects(fields, 'items', 'item', 8).map((item): PartItem => {
    const mime = shortText(item, 'mime');
    const { text: plain, json, base64 } = item.values;
    if (typeof plain === 'string') return { mime, text: plain };
    if (typeof base64 === 'string') return { mime, base64 };
    check(json !== undefined, `${item.name} of ${fields.name} has no data`);
    return { mime, json };
  });
  return { items, ...(fields.values['cursor'] === true && { cursor: true }) };
}

function readGrid(fields: Fields, controls: number): Grid {
  const samples = list(fields, 'samples', MAX_CONTROLS).map((values): number[] | null => {
    if (values === null) return null;
    check(
      Array.isArray(values) && values.length > 0 && values.length <= MAX_MOMENTS && values.every(Number.isFinite),
      'samples of the grid are no numbers',
    );
    return values as number[];
  });
  check(samples.length === controls, 'the grid does not have the samples of all controls');
  check(combinations(samples) <= Math.max(MAX_COMBINATIONS, MAX_MOMENTS), 'the grid is too large');
  const { frames } = fields.values;
  check(
    typeof frames === 'string' && frames.length <= MAX_GRID.base64,
    'the frames of the grid are too long, or no text',
  );
  return { samples, frames };
}

/** @throws PayloadError if the frames do not belong to a grid with these samples */
export function readGridFrames(value: unknown, samples: Grid['samples']): GridFrames {
  const fields = fieldsOf(value, 'the grid');
  const parts = objects(fields, 'parts', 'output', MAX_COMBINATIONS * MAX_SHOWN).map(readPart);
  const frames = list(fields, 'frames', Math.max(MAX_COMBINATIONS, MAX_MOMENTS)).map((frame): number[] | null => {
    if (frame === null) return null;
    check(
      Array.isArray(frame) && frame.length <= MAX_SHOWN && frame.every((i) => isCount(i) && i < parts.length),
      'a frame of the grid leads nowhere',
    );
    return frame as number[];
  });
  check(frames.length === combinations(samples), 'the grid does not have a frame for each combination');
  check(
    frames.some((frame) => frame !== null),
    'the grid is empty',
  );
  return { parts, frames };
}

/** How many combinations the samples have. */
export const combinations = (samples: Grid['samples']): number =>
  samples.reduce((product, values) => product * (values?.length ?? 1), 1);

/** For each control the index of the sample that is nearest to a value. */
export function nearestSamples(
  controls: readonly Control[],
  samples: Grid['samples'],
  values: ControlValues,
): number[] {
  return controls.map((control, i) => {
    const wanted = Number(values[control.name]);
    const scale = (v: number) => (control.kind === 'range' && control.log ? Math.log(v) : v);
    let nearest = 0;
    samples[i]?.forEach((v, k, all) => {
      if (Math.abs(scale(v) - scale(wanted)) < Math.abs(scale(all[nearest]!) - scale(wanted))) nearest = k;
    });
    return nearest;
  });
}

/** The index of a combination in {@link GridFrames.frames}. */
export const combinationAt = (samples: Grid['samples'], indices: readonly number[]): number =>
  samples.reduce((at, values, i) => at * (values?.length ?? 1) + indices[i]!, 0);

/** The indices of a combination: the inverse of {@link combinationAt}. */
export function indicesOf(samples: Grid['samples'], combination: number): number[] {
  const indices: number[] = [];
  let rest = combination;
  for (let i = samples.length - 1; i >= 0; i--) {
    const n = samples[i]?.length ?? 1;
    indices[i] = rest % n;
    rest = Math.floor(rest / n);
  }
  return indices;
}

/** The computed combination nearest to this one: the fewest samples away. */
export function nearestFrame({ frames }: GridFrames, samples: Grid['samples'], indices: readonly number[]): number {
  const wanted = combinationAt(samples, indices);
  if (frames[wanted]) return wanted;
  let [best, distance] = [-1, Infinity];
  frames.forEach((frame, at) => {
    if (!frame) return;
    const away = indicesOf(samples, at).reduce((sum, k, i) => sum + Math.abs(k - indices[i]!), 0);
    if (away < distance) [best, distance] = [at, away];
  });
  return best;
}

// Checks the arguments of ops against the declarations of TensorFlow.js, before the op sees them: cells are not type
// checked, and many ops take a wrong argument for something else.
import { Tensor } from '@tensorflow/tfjs-core';
import { closest } from '../../wire/closest.ts';
import type { Kind, Parameter } from './signature.ts';
import { shown } from './shown.ts';

/** What each kind is called in a message. */
const words: Record<Exclude<Kind, 'any'>, string> = {
  array: 'an array',
  boolean: 'true or false',
  function: 'a function',
  number: 'a number',
  numbers: 'an array of numbers',
  object: 'an object',
  pairs: 'an array of arrays of numbers',
  string: 'a text',
  tensor: 'a tensor or numbers',
  tensors: 'an array of tensors',
};

/** Parameters that count or number something. */
export const WHOLE =
  /^(axis|batchDims|batchShape|begin|blockShape|blockSize|crops|columns|cropSize|depth|depth2|depth3|diationRate|dilation|dilations|end|fftLength|filterSize|frameLength|frameStep|k|maxOutputSize|newShape2D|num|numBuckets|numClasses|numColumns|numOrSizeSplits|numRows|numSamples|numSegments|outputShape|paddings|perm|reps|rows|shape|size|stride|strides|windowLength|windowShape)$/;

/** The names of parameters as they are called with, for example `x, axis?, keepDims?`. */
export const parameterNames = (parameters: readonly Parameter[]): string =>
  parameters.map((p) => `${p.name}${p.optional ? '?' : ''}`).join(', ');

/** What a parameter takes, in words. */
export function wanted({ name, kinds, choices = [], demand }: Parameter): string {
  if (demand) return demand.words;
  const all = [
    ...choices.map((c) => JSON.stringify(c)),
    ...kinds.flatMap((kind) => (kind === 'any' ? [] : [wholeWord(name, kind)])),
  ];
  return all.length < 2 ? (all[0] ?? 'a value') : `${all.slice(0, -1).join(', ')} or ${all.at(-1)!}`;
}

function wholeWord(name: string, kind: Exclude<Kind, 'any'>): string {
  if (!WHOLE.test(name)) return words[kind];
  if (kind === 'number') return 'a whole number';
  return words[kind].replace(/numbers$/, 'whole numbers');
}

/**
 * Says what is wrong with the arguments of a call.
 * @returns undefined if nothing is
 */
export function faultOf(parameters: readonly Parameter[], args: readonly unknown[]): string | undefined {
  for (let i = 0; i < parameters.length; i++) {
    const parameter = parameters[i]!;
    if (parameter.name.startsWith('...')) return undefined;
    const fault = faultOfOne(parameter, args[i]);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function faultOfOne(parameter: Parameter, value: unknown): string | undefined {
  const { name, optional = false, fields } = parameter;
  // Like TensorFlow.js, which takes null for "not given"
  if (value == null) return optional || takesNothing(parameter) ? undefined : missing(parameter, value);
  if (value instanceof Tensor && takesTensors(parameter)) return undefined;
  // Those with a demand have no kinds, so that nothing has passed yet
  if (parameter.demand ? !parameter.demand.holds(value) : !isOneOf(parameter, value))
    return `${name} must be ${wanted(parameter)}, and is ${shown(value)}${meant(parameter, value)}`;
  if (parameter.demand) return undefined;
  const part = WHOLE.test(name) ? notWhole(value) : undefined;
  if (part !== undefined) return `${name} must be ${wanted(parameter)}, and is ${shown(value)}: ${part} is not whole`;
  return fields && typeof value === 'object' ? faultOfOptions(fields, value) : undefined;
}

function missing(parameter: Parameter, value: unknown): string {
  return `${parameter.name} is ${String(value)}; it must be ${wanted(parameter)}`;
}

/** The op itself says what is wrong with a tensor that is undefined. */
export const takesNothing = ({ kinds }: Parameter): boolean => kinds.includes('any') || kinds.includes('tensor');

export const takesTensors = ({ kinds }: Parameter): boolean =>
  kinds.includes('any') || kinds.includes('tensor') || kinds.includes('tensors');

function meant({ kinds, choices = [], demand }: Parameter, value: unknown): string {
  if (demand) return typeof value === 'string' && demand.names ? near(value, demand.names()) : '';
  if (typeof value === 'number' && kinds.includes('numbers')) return `; write [${value}]`;
  return typeof value === 'string' ? near(value, choices) : '';
}

/** `mean_squared_error`, `MeanSquaredError` and `meanSquaredError` are one name. */
export const plain = (name: string): string => name.replace(/[_\-\s]/g, '').toLowerCase();

/** `; did you mean "x"?` with the name in another spelling, or misspelt; nothing if there is none. */
function near(name: string, names: readonly string[]): string {
  const other =
    names.find((n) => plain(n) === plain(name)) ??
    closest(name, names) ??
    names.find((n) => plain(n) === closest(plain(name), names.map(plain)));
  return other === undefined ? '' : `; did you mean ${JSON.stringify(other)}?`;
}

/**
 * Says what is wrong with an object of options: a value that is no object, an option that there is not, which would
 * have no effect, or one of another type.
 * @param meantBy what is meant by a name of another library
 * @returns undefined if nothing is
 */
export function faultOfOptions(
  fields: readonly Parameter[],
  value: object,
  meantBy?: (name: string) => string | undefined,
): string | undefined {
  const given = value as Record<string, unknown>;
  for (const key of Object.keys(given)) {
    if (given[key] === undefined || fields.some((f) => f.name === key)) continue;
    const names = fields.map((f) => f.name);
    const other = meantBy?.(key);
    const hint = other === undefined ? near(key, names) : `; did you mean ${JSON.stringify(other)}?`;
    const all = names.length > 0 ? `. The options are: ${names.join(', ')}` : '. There are none';
    return `there is no option ${JSON.stringify(key)}${hint || all}`;
  }
  for (const field of fields) {
    const fault = faultOfOne(field, given[field.name]);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function isOneOf({ name, kinds, choices = [] }: Parameter, value: unknown): boolean {
  if (typeof value === 'string' && choices.includes(value)) return true;
  // Values of bool tensors
  if (typeof value === 'boolean' && /value/i.test(name)) return true;
  return kinds.some(
    (kind) => isKind(kind, value) || (kind === 'numbers' && name === 'axis' && typeof value === 'number'),
  );
}

function isKind(kind: Kind, value: unknown): boolean {
  switch (kind) {
    case 'any':
      return true;
    // The op names what it cannot make a tensor of
    case 'tensor':
      return typeof value !== 'function' && typeof value !== 'symbol';
    case 'tensors':
    case 'array':
      return Array.isArray(value) || ArrayBuffer.isView(value);
    case 'numbers':
      return isNumbers(value);
    case 'pairs':
      return Array.isArray(value) && value.every(isNumbers);
    case 'object':
      return typeof value === 'object' && !(value instanceof Tensor) && !Array.isArray(value);
    case 'boolean':
      // Masks of 0 and 1 are common
      return typeof value === 'boolean' || value === 0 || value === 1;
    default:
      return typeof value === kind;
  }
}

function isNumbers(value: unknown): boolean {
  if (ArrayBuffer.isView(value)) return true;
  if (!Array.isArray(value)) return false;
  // Flags and unknown sizes may stand among numbers
  return value.every((v) => typeof v === 'number' || typeof v === 'boolean' || v === null);
}

/** The first part of a number or of nested numbers that is not whole, as text. */
function notWhole(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? undefined : String(value);
  if (!Array.isArray(value)) return undefined;
  for (const v of value) {
    const part = notWhole(v);
    if (part !== undefined) return part;
  }
  return undefined;
}

// Reads the payload of filters (FiltersHeader in mime.ts has the layout): every count, shape and place of numbers is checked before use.
import {
  FILTERS_MAGIC,
  FILTERS_VERSION,
  type FeatureMaps,
  type FiltersHeader,
  type FilterKernel,
  type FilterStage,
} from '../../kernel/wire/mime.ts';
import { check, count, index, list, object, openPayload, text } from '../shared/payload.ts';

export const LIMITS = { bytes: 8_000_000, stages: 1000, snapshots: 1000, examples: 10_000, side: 1e7 };

export interface FiltersPayload extends FiltersHeader {
  numbers: Float32Array;
}

/** @throws PayloadError that says what is wrong */
export function readFilters(bytes: Uint8Array): FiltersPayload {
  const format = { what: 'a payload of filters', magic: FILTERS_MAGIC, version: FILTERS_VERSION, most: LIMITS.bytes };
  const { head, body } = openPayload(bytes, format);
  check(body.length % 4 === 0, 'its length is not what its head says');
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const numbers = new Float32Array(body.length / 4);
  for (let i = 0; i < numbers.length; i++) numbers[i] = view.getFloat32(4 * i, true);
  return readHeader(head, numbers);
}

/** How often numbers of a stage are there, how many numbers there are, and how many of them stages have named so far. */
interface Times {
  snapshots: number;
  examples: number;
  numbers: number;
  used: number;
}

function readHeader(head: Record<string, unknown>, numbers: Float32Array): FiltersPayload {
  const { view } = head;
  check(view === 'filters' || view === 'maps', 'it shows neither filters nor maps');
  const snapshots = list(head['snapshots'], 'snapshots', LIMITS.snapshots).map((s) => text(s, 'label of a snapshot'));
  check(snapshots.length > 0, 'it has no snapshots');
  const payload: FiltersPayload = { title: text(head['title'], 'title'), view, snapshots, stages: [], numbers };
  if (head['recorded'] !== undefined) payload.recorded = count(head['recorded'], 'recorded');
  if (head['examples'] !== undefined) {
    const { held, given } = object(head['examples'], 'the examples');
    payload.examples = { held: sized(held, 'examples', LIMITS.examples), given: count(given, 'given examples') };
  }
  const times = {
    snapshots: snapshots.length,
    examples: payload.examples?.held ?? 0,
    numbers: numbers.length,
    used: 0,
  };
  for (const [i, stage] of list(head['stages'], 'stages', LIMITS.stages).entries())
    payload.stages.push(readStage(stage, i, times));
  if (head['omitted'] !== undefined)
    payload.omitted = list(head['omitted'], 'omitted', LIMITS.stages).map((name) => text(name, 'name of a stage'));
  return payload;
}

function readStage(value: unknown, i: number, times: Times): FilterStage {
  const what = `stage ${i + 1}`;
  const fields = object(value, what);
  const stage: FilterStage = {
    name: text(fields['name'], `name of ${what}`),
    type: text(fields['type'], `type of ${what}`),
  };
  // A stage that comes before cannot be one that needs this one
  if (fields['from'] !== undefined) stage.from = index(fields['from'], i, `input of ${what}`);
  if (fields['kernel'] !== undefined) stage.kernel = readKernel(fields['kernel'], `kernel of ${what}`, times);
  if (fields['maps'] !== undefined) stage.maps = readMaps(fields['maps'], `maps of ${what}`, times);
  return stage;
}

const OPS = new Set<unknown>(['conv', 'depthwise', 'transpose'] satisfies FilterKernel['op'][]);

function readKernel(value: unknown, what: string, times: Times): FilterKernel {
  const { snapshots } = times;
  const fields = object(value, `the ${what}`);
  check(OPS.has(fields['op']), `the ${what} is of an unknown kind`);
  const op = fields['op'] as FilterKernel['op'];
  const shape = triple(fields['shape'], `shape of the ${what}`);
  check(op !== 'depthwise' || shape[2] === 1, `a filter of the ${what} has several channels`);
  const filters = sized(fields['filters'], `number of filters of the ${what}`);
  const held = count(fields['held'], `number of held filters of the ${what}`);
  check(held <= filters, `the ${what} holds more filters than it has`);
  const [height, width, channels] = shape;
  const kernel: FilterKernel = {
    op,
    shape,
    filters,
    held,
    stride: pair(fields['stride'], `stride of the ${what}`, 1),
    dilation: pair(fields['dilation'], `dilation of the ${what}`, 1),
    pad: pair(fields['pad'], `padding of the ${what}`, 0),
    activation: text(fields['activation'], `activation of the ${what}`),
    at: place(fields['at'], snapshots * held * height * width * channels, times, what),
  };
  if (fields['padding'] !== undefined) kernel.padding = text(fields['padding'], `padding of the ${what}`);
  if (fields['bias'] !== undefined) kernel.bias = place(fields['bias'], snapshots * held, times, what);
  if (fields['overview'] !== undefined) {
    const overview = object(fields['overview'], `the overview of the ${what}`);
    const summed = sized(overview['filters'], `overview of the ${what}`, filters);
    const size = snapshots * summed * (1 + 2 * height * width);
    kernel.overview = { filters: summed, at: place(overview['at'], size, times, what) };
  }
  return kernel;
}

function readMaps(value: unknown, what: string, times: Times): FeatureMaps {
  const { snapshots, examples } = times;
  const fields = object(value, `the ${what}`);
  check(examples > 0, `there are ${what}, and no examples`);
  const shape = triple(fields['shape'], `shape of the ${what}`);
  const [height, width, channels] = shape;
  const step = sized(fields['step'], `step of the ${what}`);
  const held = sized(fields['held'], `number of held ${what}`, channels);
  const size = snapshots * examples * Math.ceil(height / step) * Math.ceil(width / step) * held;
  return {
    shape,
    step,
    held,
    at: place(fields['at'], size, times, what),
    peaks: place(fields['peaks'], snapshots * channels, times, what),
  };
}

/** A whole number above 0. */
function sized(value: unknown, what: string, most = LIMITS.side): number {
  const n = count(value, what);
  check(n >= 1 && n <= most, `the ${what} is ${n}, and must be between 1 and ${most}`);
  return n;
}

function triple(value: unknown, what: string): [number, number, number] {
  const sides = list(value, what, 3).map((n) => sized(n, what));
  check(sides.length === 3, `the ${what} is not one of three sides`);
  return sides as [number, number, number];
}

function pair(value: unknown, what: string, least: number): [number, number] {
  const numbers = list(value, what, 2).map((n) => count(n, what));
  check(numbers.length === 2 && numbers.every((n) => n >= least && n <= LIMITS.side), `the ${what} is not a pair`);
  return numbers as [number, number];
}

/**
 * Where `size` numbers are. No number belongs to two things: a small payload cannot ask for much drawing.
 * A huge product loses digits, but then it is larger than what is here.
 */
function place(value: unknown, size: number, times: Times, what: string): number {
  const at = count(value, `place of the ${what}`);
  times.used += size;
  check(at + size <= times.numbers && times.used <= times.numbers, `the ${what} lies outside of its numbers`);
  return at;
}

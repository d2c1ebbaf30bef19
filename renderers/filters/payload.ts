// Reads the payload of filters and feature maps: checks every count, shape and place of numbers before use.
import {
  FILTERS_FORMAT,
  type FeatureMaps,
  type FiltersHeader,
  type FilterKernel,
  type FilterStage,
} from '../../kernel/wire/filters.ts';
import {
  check,
  count,
  counts,
  index,
  nameOf,
  object,
  objects,
  oneOf,
  optional,
  size,
  text,
  texts,
  type Fields,
} from '../../kernel/wire/fields.ts';
import { readPayload } from '../../kernel/wire/payload.ts';

export const LIMITS = { stages: 1000, snapshots: 1000, examples: 10_000, side: 1e7 };

export interface FiltersPayload extends FiltersHeader {
  numbers: Float32Array;
}

/** @throws PayloadError that says what is wrong */
export function readFilters(bytes: Uint8Array): FiltersPayload {
  const { head, body } = readPayload(bytes, FILTERS_FORMAT);
  check(body.length % 4 === 0, 'its length is not what its head says');
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const numbers = new Float32Array(body.length / 4);
  for (let i = 0; i < numbers.length; i++) numbers[i] = view.getFloat32(4 * i, true);
  return readHeader(head, numbers);
}

/** How many numbers the payload has, and how many of them the stages read so far have claimed. */
interface Claims {
  snapshots: number;
  examples: number;
  numbers: number;
  claimed: number;
}

function readHeader(head: Fields, numbers: Float32Array): FiltersPayload {
  const snapshots = texts(head, 'snapshots', LIMITS.snapshots);
  check(snapshots.length > 0, 'it has no snapshots');
  const more = optional(head, {
    recorded: count,
    examples: readExamples,
    omitted: (f, key) => texts(f, key, LIMITS.stages),
  });
  const examples = more.examples?.held ?? 0;
  const claims: Claims = { snapshots: snapshots.length, examples, numbers: numbers.length, claimed: 0 };
  return {
    title: text(head, 'title'),
    view: oneOf(head, 'view', ['filters', 'maps']),
    snapshots,
    stages: objects(head, 'stages', 'stage', LIMITS.stages).map((stage, i) => readStage(stage, i, claims)),
    numbers,
    ...more,
  };
}

function readExamples(head: Fields, key: string): { held: number; given: number } {
  const examples = object(head, key);
  return { held: size(examples, 'held', LIMITS.examples), given: count(examples, 'given') };
}

/** @param i its index */
function readStage(stage: Fields, i: number, claims: Claims): FilterStage {
  return {
    name: text(stage, 'name'),
    type: text(stage, 'type'),
    ...optional(stage, {
      // A stage that comes before cannot need this one
      from: (f, key) => index(f, key, i),
      kernel: (f, key) => readKernel(object(f, key), claims),
      maps: (f, key) => readMaps(object(f, key), claims),
    }),
  };
}

const OPS: readonly FilterKernel['op'][] = ['conv', 'depthwise', 'transpose'];

function readKernel(kernel: Fields, claims: Claims): FilterKernel {
  const { snapshots } = claims;
  const op = oneOf(kernel, 'op', OPS);
  const shape = triple(kernel, 'shape');
  const [height, width, channels] = shape;
  check(op !== 'depthwise' || channels === 1, `a filter of ${kernel.name} has several channels`);
  const filters = size(kernel, 'filters', LIMITS.side);
  const held = count(kernel, 'held');
  check(held <= filters, `${kernel.name} holds more filters than it has`);
  return {
    op,
    shape,
    filters,
    held,
    stride: pair(kernel, 'stride', 1),
    dilation: pair(kernel, 'dilation', 1),
    pad: pair(kernel, 'pad', 0),
    activation: text(kernel, 'activation'),
    at: place(kernel, 'at', snapshots * held * height * width * channels, claims),
    ...optional(kernel, {
      padding: text,
      bias: (f, key) => place(f, key, snapshots * held, claims),
      overview: (f, key) => {
        const overview = object(f, key);
        const summed = size(overview, 'filters', filters);
        const numbers = snapshots * summed * (1 + 2 * height * width);
        return { filters: summed, at: place(overview, 'at', numbers, claims) };
      },
    }),
  };
}

function readMaps(maps: Fields, claims: Claims): FeatureMaps {
  const { snapshots, examples } = claims;
  check(examples > 0, `there are ${maps.name.replace(/^the /, '')}, and no examples`);
  const shape = triple(maps, 'shape');
  const [height, width, channels] = shape;
  const step = size(maps, 'step', LIMITS.side);
  const held = size(maps, 'held', channels);
  const numbers = snapshots * examples * Math.ceil(height / step) * Math.ceil(width / step) * held;
  return {
    shape,
    step,
    held,
    at: place(maps, 'at', numbers, claims),
    peaks: place(maps, 'peaks', snapshots * channels, claims),
  };
}

/** Height, width and channels. */
function triple(fields: Fields, key: string): [number, number, number] {
  const sides = counts(fields, key, 3);
  check(sides.length === 3, `${nameOf(fields, key)} does not have three sides`);
  check(
    sides.every((n) => n >= 1 && n <= LIMITS.side),
    `a side of ${nameOf(fields, key)} is not between 1 and ${LIMITS.side}`,
  );
  return sides as [number, number, number];
}

/** Two numbers from `least` on. */
function pair(fields: Fields, key: string, least: number): [number, number] {
  const numbers = counts(fields, key, 2);
  check(
    numbers.length === 2 && numbers.every((n) => n >= least && n <= LIMITS.side),
    `${nameOf(fields, key)} is not a pair of numbers from ${least} on`,
  );
  return numbers as [number, number];
}

/**
 * Where `size` numbers are. No number may be claimed twice: so a small payload cannot ask for much drawing.
 * A huge product loses digits, but then it is larger than the payload.
 */
function place(fields: Fields, key: string, size: number, claims: Claims): number {
  const at = count(fields, key);
  claims.claimed += size;
  const fits = at + size <= claims.numbers && claims.claimed <= claims.numbers;
  check(fits, `${nameOf(fields, key)} lies outside of its numbers`);
  return at;
}

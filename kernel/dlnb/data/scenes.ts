// `data.boxes` and `data.masks`: images with several of the shapes of `data.shapes`, for detection and segmentation.
// Boxes and masks are exact, because the images are drawn.
import { checkCount, checkNumber, checkOptions, shown, type OptionNames } from '../options.ts';
import { random, type Random } from './random.ts';
import { colors, SHAPE_NAMES, SHAPES, type Color, type Inside } from './shapes.ts';

/** Options of {@link boxes} and {@link masks}. */
export interface SceneOptions {
  /** Number of images; 500 by default. */
  n?: number;
  /** Seed of the generator; 0 by default. */
  seed?: number;
  /** Height and width of the images in pixels; 64 by default. */
  size?: number;
  /** Least and largest number of shapes on an image; [1, 3] by default. */
  objects?: readonly [least: number, most: number];
  /** Smallest and largest radius of a shape in pixels; [6, 12] by default. */
  radius?: readonly [least: number, most: number];
  /** Names of the shapes that are drawn, which are the classes; all ten of `data.shapes` by default. */
  classes?: readonly string[];
  /** Smallest color distance between a shape and the background, relative to black and white; 0.35 by default. */
  contrast?: number;
  /** Standard deviation of the noise on each value; 0.03 by default. */
  noise?: number;
}

const OPTIONS: OptionNames<SceneOptions> = {
  n: 'number',
  seed: 'number',
  size: 'number',
  objects: true,
  radius: true,
  classes: true,
  contrast: 'number',
  noise: 'number',
};

/** One shape on an image. */
export interface BoxedObject {
  /** Edges of the smallest box around its pixels, in pixels from the top left corner: `[x0, y0, x1, y1]`. */
  box: [x0: number, y0: number, x1: number, y1: number];
  /** Its class, from 0. */
  label: number;
}

/** Images with the boxes of what is on them: `tf.tensor4d(set.images, set.shape)`. */
export interface BoxSet {
  /** Values in [0, 1], row by row: `[n, size, size, 3]`. */
  images: Float32Array;
  /** `[n, size, size, 3]`, the shape of {@link images}. */
  shape: [number, number, number, number];
  /** What is on each image, in the order in which it was drawn: `[n]` lists. */
  objects: BoxedObject[][];
  /** Names of the classes. */
  classNames: string[];
}

/** Images with the class of each pixel: `data.dataset(set)` has the masks as targets. */
export interface MaskSet {
  /** Values in [0, 1], row by row: `[n, size, size, 3]`. */
  images: Float32Array;
  /** `[n, size, size, 3]`, the shape of {@link images}. */
  shape: [number, number, number, number];
  /** Class of each pixel: 0 for the background, `[n, size, size, 1]`. */
  masks: Int32Array;
  /** `[n, size, size, 1]`, the shape of {@link masks}. */
  maskShape: [number, number, number, number];
  /** Names of the classes; the first is the background. */
  classNames: string[];
}

/** Sample points of a pixel along each axis. */
const POINTS = 3;
/** After so many tries a place is not free. */
const TRIES = 200;

interface Scene {
  objects: BoxedObject[];
  /** Which object covers at least half of each pixel: its number, or −1. */
  owner: Int8Array;
}

/**
 * Draws images for detection: one to three shapes on each, which do not overlap, each with its class and the box around
 * its pixels. A larger `n` begins with the images of a smaller one.
 * @returns images `[n, 64, 64, 3]` in [0, 1], and for each the boxes `[x0, y0, x1, y1]` in pixels with their labels
 * @throws RangeError for an option that is out of range, and if there is no room for so many shapes
 * @example
 * ```ts
 * const { objects, classNames } = data.boxes({ n: 10, objects: [1, 1], classes: ['disc', 'star'] });
 * const { label, box } = objects[0][0];
 * [classNames[label], box];
 * ```
 */
export function boxes(options: SceneOptions = {}): BoxSet {
  const { images, shape, scenes, classNames } = drawScenes('boxes', options);
  return { images, shape, objects: scenes.map(({ objects }) => objects), classNames };
}

/**
 * Draws images for segmentation: one to three shapes on each, which do not overlap, and the class of every pixel: that of
 * the shape which covers at least half of it, else 0 for the background. A larger `n` begins with the images of a
 * smaller one. With the same options, the images are those of `boxes`.
 * @returns images `[n, 64, 64, 3]` in [0, 1] and masks `[n, 64, 64, 1]`
 * @throws RangeError for an option that is out of range, and if there is no room for so many shapes
 * @example
 * ```ts
 * const { shape, maskShape } = data.masks({ n: 10, size: 48 });
 * [shape, maskShape]; // → [[10, 48, 48, 3], [10, 48, 48, 1]]
 * ```
 */
export function masks(options: SceneOptions = {}): MaskSet {
  const { images, shape, scenes, classNames } = drawScenes('masks', options);
  const [n, size] = shape;
  const classOf = new Int32Array(n * size * size);
  scenes.forEach(({ objects, owner }, i) => {
    for (let p = 0; p < owner.length; p++)
      if (owner[p]! >= 0) classOf[i * size * size + p] = 1 + objects[owner[p]!]!.label;
  });
  return { images, shape, masks: classOf, maskShape: [n, size, size, 1], classNames: ['background', ...classNames] };
}

interface Drawn {
  images: Float32Array;
  shape: [number, number, number, number];
  scenes: Scene[];
  classNames: string[];
}

function drawScenes(where: string, options: SceneOptions): Drawn {
  checkOptions(where, options, OPTIONS);
  const { n = 500, seed = 0, size = 64, contrast = 0.35, noise = 0.03 } = options;
  checkCount(where, 'n', n);
  checkCount(where, 'size', size, 8);
  checkNumber(where, 'contrast', contrast, 0, 0.8);
  checkNumber(where, 'noise', noise);
  const counts = pair(where, 'objects', options.objects ?? [1, 3]);
  checkCount(where, 'objects[0]', counts[0], 0);
  checkCount(where, 'objects[1]', counts[1], Math.max(1, counts[0]));
  checkNumber(where, 'objects[1]', counts[1], 1, 100);
  const radii = pair(where, 'radius', options.radius ?? [6, 12]);
  checkNumber(where, 'radius[0]', radii[0], 2, size / 2);
  checkNumber(where, 'radius[1]', radii[1], radii[0], size / 2);
  const kinds = kindsOf(where, options.classes);
  const rng = random(seed);
  const images = new Float32Array(n * size * size * 3);
  const scenes = Array.from({ length: n }, (_, i) => {
    const image = images.subarray(i * size * size * 3, (i + 1) * size * size * 3);
    const count = counts[0] + rng.int(counts[1] - counts[0] + 1);
    const scene = draw({ where, image, size, count, radii, kinds, contrast }, rng);
    for (let k = 0; k < image.length; k++) image[k] = Math.max(0, Math.min(1, image[k]! + rng.normal(0, noise)));
    return scene;
  });
  return { images, shape: [n, size, size, 3], scenes, classNames: kinds.map(([name]) => name) };
}

function pair(where: string, option: string, value: unknown): [number, number] {
  if (Array.isArray(value) && value.length === 2) return value as [number, number];
  throw new RangeError(`${where}: ${option} must be [least, most], got ${shown(value)}`);
}

type Kind = readonly [name: string, inside: Inside];

function kindsOf(where: string, names: readonly string[] = SHAPE_NAMES): Kind[] {
  if (!Array.isArray(names) || names.length === 0)
    throw new RangeError(`${where}: classes must be a list of names, as ['disc', 'star'], got ${shown(names)}`);
  return names.map((name: string) => {
    const kind = SHAPES.find(([known]) => known === name);
    if (!kind) throw new RangeError(`${where}: there is no shape ${shown(name)}; there are ${SHAPE_NAMES.join(', ')}`);
    return kind;
  });
}

interface Drawing {
  where: string;
  image: Float32Array;
  size: number;
  count: number;
  radii: readonly [number, number];
  kinds: readonly Kind[];
  contrast: number;
}

/** Draws one image. */
function draw({ where, image, size, count, radii, kinds, contrast }: Drawing, rng: Random): Scene {
  const [first, background] = colors(contrast, rng);
  for (let k = 0; k < image.length; k++) image[k] = background[k % 3]!;
  const owner = new Int8Array(size * size).fill(-1);
  const circles: Circle[] = [];
  const objects: BoxedObject[] = [];
  for (let i = 0; i < count; i++) {
    const circle = freePlace(circles, size, radii, rng);
    if (!circle)
      throw new RangeError(
        `${where}: there is no room for ${count} shapes of radius ${radii.join(' to ')} on ${size}×${size} pixels; take fewer (objects), smaller ones (radius) or a larger size`,
      );
    circles.push(circle);
    const label = rng.int(kinds.length);
    const color = i === 0 ? first : against(background, contrast, rng);
    const box = drawShape(
      { image, owner, size },
      { ...circle, angle: rng.uniform(-0.5, 0.5) },
      { inside: kinds[label]![1], color, number: i },
    );
    objects.push({ box, label });
  }
  return { objects, owner };
}

interface Circle {
  cx: number;
  cy: number;
  radius: number;
}

/** A circle that touches no other; smaller ones are tried later. */
function freePlace(
  others: readonly Circle[],
  size: number,
  [least, most]: readonly [number, number],
  rng: Random,
): Circle | undefined {
  for (let i = 0; i < TRIES; i++) {
    const radius = rng.uniform(least, most - (most - least) * (i / TRIES));
    const [cx, cy] = [rng.uniform(radius, size - radius), rng.uniform(radius, size - radius)];
    if (others.every((o) => Math.hypot(o.cx - cx, o.cy - cy) > o.radius + radius + 1)) return { cx, cy, radius };
  }
  return undefined;
}

/** A color at least `contrast` from another. */
function against(other: Color, contrast: number, rng: Random): Color {
  for (;;) {
    const color: Color = [rng.uniform(), rng.uniform(), rng.uniform()];
    const distance = Math.hypot(...color.map((v, k) => v - other[k]!)) / Math.sqrt(3);
    if (distance >= contrast) return color;
  }
}

/** Draws one shape. @returns the box around the pixels that it covers at least half of */
function drawShape(
  { image, owner, size }: { image: Float32Array; owner: Int8Array; size: number },
  { cx, cy, radius, angle }: Circle & { angle: number },
  { inside, color, number }: { inside: Inside; color: Color; number: number },
): BoxedObject['box'] {
  const [cos, sin] = [Math.cos(angle) / radius, Math.sin(angle) / radius];
  const box: BoxedObject['box'] = [size, size, 0, 0];
  const first = (center: number) => Math.max(0, Math.floor(center - radius));
  const last = (center: number) => Math.min(size, Math.ceil(center + radius));
  for (let row = first(cy); row < last(cy); row++)
    for (let column = first(cx); column < last(cx); column++) {
      let hits = 0;
      for (let k = 0; k < POINTS * POINTS; k++) {
        const x = column + ((k % POINTS) + 0.5) / POINTS - cx;
        const y = row + (Math.floor(k / POINTS) + 0.5) / POINTS - cy;
        if (inside(cos * x + sin * y, cos * y - sin * x)) hits++;
      }
      const cover = hits / (POINTS * POINTS);
      const at = row * size + column;
      for (let c = 0; c < 3; c++) image[at * 3 + c] = cover * color[c]! + (1 - cover) * image[at * 3 + c]!;
      if (cover < 0.5) continue;
      owner[at] = number;
      box[0] = Math.min(box[0], column);
      box[1] = Math.min(box[1], row);
      box[2] = Math.max(box[2], column + 1);
      box[3] = Math.max(box[3], row + 1);
    }
  return box;
}

// `data.shapes`: 32×32 color images of ten simple shapes, an alternative to CIFAR-10 that needs no download.
import { checkCount, checkNumber, checkOptions, type OptionNames } from '../options.ts';
import { random, type Random } from './random.ts';

/** Color images with a class each: `tf.tensor4d(set.images, set.shape)`. */
export interface ImageSet {
  /** Values in [0, 1], row by row, the channels of a pixel side by side: `[n, height, width, channels]`. */
  images: Float32Array;
  /** Class of each image, from 0: `[n]`. */
  labels: Int32Array;
  /** `[n, height, width, channels]`, the shape of {@link images}. */
  shape: [number, number, number, number];
  /** Names of the classes. */
  classNames: string[];
}

/** Options of {@link shapes}. */
export interface ShapesOptions {
  /** Number of images; 1000 by default. */
  n?: number;
  /** Seed of the generator; 0 by default. */
  seed?: number;
  /** Largest rotation in radians; 0.5 by default. */
  rotate?: number;
  /** Smallest and largest radius of the shape in pixels; [8, 13] by default. */
  size?: readonly [number, number];
  /** Smallest color distance between shape and background, relative to that of black and white; 0.35 by default. */
  contrast?: number;
  /** Standard deviation of the noise on each value; 0.05 by default. */
  noise?: number;
}

const SHAPES_OPTIONS: OptionNames<ShapesOptions> = {
  n: 'number',
  seed: 'number',
  rotate: 'number',
  size: true,
  contrast: 'number',
  noise: 'number',
};

const SIZE = 32;
/** Sample points of a pixel along each axis: its color is their mean. */
const POINTS = 3;

/** Whether a point belongs to a shape. Shapes fill the circle of radius 1 around the origin; y points down. */
export type Inside = (x: number, y: number) => boolean;

/** A regular polygon with its first corner at the top; a star if `inner` gives the radius of the corners in between. */
function polygon(corners: number, inner?: number): Inside {
  const sector = Math.PI / corners;
  // From the corner (1, 0) to the middle of the side, or to the inner corner
  const radius = inner ?? Math.cos(sector);
  const [ex, ey] = [radius * Math.cos(sector) - 1, radius * Math.sin(sector)];
  return (x, y) => {
    const angle = Math.abs(((Math.atan2(x, -y) + 4 * Math.PI + sector) % (2 * sector)) - sector);
    const r = Math.hypot(x, y);
    return ex * r * Math.sin(angle) - ey * (r * Math.cos(angle) - 1) >= 0;
  };
}

/** The shapes by their names. */
export const SHAPES: readonly (readonly [name: string, inside: Inside])[] = [
  ['disc', (x, y) => x * x + y * y < 0.81],
  ['ring', (x, y) => Math.abs(Math.hypot(x, y) - 0.74) < 0.21],
  ['square', (x, y) => Math.max(Math.abs(x), Math.abs(y)) < 0.74],
  ['frame', (x, y) => Math.abs(Math.max(Math.abs(x), Math.abs(y)) - 0.62) < 0.19],
  ['triangle', polygon(3)],
  ['star', polygon(5, 0.42)],
  ['plus', (x, y) => Math.min(Math.abs(x), Math.abs(y)) < 0.26 && Math.max(Math.abs(x), Math.abs(y)) < 0.95],
  ['bar', (x, y) => Math.abs(x) < 0.95 && Math.abs(y) < 0.28],
  ['crescent', (x, y) => x * x + y * y < 0.9 && (x - 0.5) ** 2 + y * y > 0.56],
  ['stripes', (x, y) => Math.abs(x) < 0.85 && Math.abs(y) < 0.85 && Math.abs((Math.abs(y) % 0.57) - 0.285) > 0.14],
];

/** Names of the classes of {@link shapes}. */
export const SHAPE_NAMES: readonly string[] = SHAPES.map(([name]) => name);

/**
 * Draws shapes of one color on a background of another color. Place, size, rotation and colors are random, so that only
 * the outline distinguishes the classes: disc, ring, square, frame, triangle, star, plus, bar, crescent, stripes. Each
 * block of ten images contains every class once, in random order. A larger `n` begins with the images of a smaller one.
 *
 * @returns images `[n, 32, 32, 3]` in [0, 1] and labels `[n]`
 * @throws RangeError for an option that is out of range
 * @example
 * ```ts
 * const { shape, classNames } = data.shapes({ n: 20 });
 * [shape, classNames.slice(0, 3)]; // → [[20, 32, 32, 3], ['disc', 'ring', 'square']]
 * ```
 */
export function shapes(options: ShapesOptions = {}): ImageSet {
  checkOptions('shapes', options, SHAPES_OPTIONS);
  const { n = 1000, seed = 0, rotate = 0.5, size = [8, 13], contrast = 0.35, noise = 0.05 } = options;
  checkCount('shapes', 'n', n);
  checkNumber('shapes', 'rotate', rotate, 0, Math.PI);
  checkNumber('shapes', 'size[0]', size[0], 1, SIZE / 2);
  checkNumber('shapes', 'size[1]', size[1], size[0], SIZE / 2);
  checkNumber('shapes', 'contrast', contrast, 0, 0.8);
  checkNumber('shapes', 'noise', noise);
  const rng = random(seed);
  const images = new Float32Array(n * SIZE * SIZE * 3);
  const labels = new Int32Array(n);
  let order = new Int32Array(0);
  for (let i = 0; i < n; i++) {
    if (i % SHAPES.length === 0) order = rng.permutation(SHAPES.length) as Int32Array<ArrayBuffer>;
    const label = order[i % SHAPES.length]!;
    labels[i] = label;
    const image = images.subarray(i * SIZE * SIZE * 3, (i + 1) * SIZE * SIZE * 3);
    paint(image, SHAPES[label]![1], { rotate, size, contrast }, rng);
    for (let k = 0; k < image.length; k++) image[k] = clamp(image[k]! + rng.normal(0, noise));
  }
  return { images, labels, shape: [n, SIZE, SIZE, 3], classNames: [...SHAPE_NAMES] };
}

/** Red, green and blue in [0, 1]. */
export type Color = readonly [number, number, number];
const clamp = (v: number) => Math.max(0, Math.min(1, v));

function paint(
  image: Float32Array,
  inside: Inside,
  { rotate, size, contrast }: Required<Pick<ShapesOptions, 'rotate' | 'size' | 'contrast'>>,
  rng: Random,
): void {
  const [figure, background] = colors(contrast, rng);
  const radius = rng.uniform(size[0], size[1]);
  const reach = SIZE / 2 - radius;
  const [cx, cy] = [SIZE / 2 + rng.uniform(-reach, reach), SIZE / 2 + rng.uniform(-reach, reach)];
  const angle = rng.uniform(-rotate, rotate);
  const [cos, sin] = [Math.cos(angle) / radius, Math.sin(angle) / radius];
  for (let row = 0; row < SIZE; row++) {
    for (let column = 0; column < SIZE; column++) {
      let hits = 0;
      for (let k = 0; k < POINTS * POINTS; k++) {
        const x = column + ((k % POINTS) + 0.5) / POINTS - cx;
        const y = row + (Math.floor(k / POINTS) + 0.5) / POINTS - cy;
        if (inside(cos * x + sin * y, cos * y - sin * x)) hits++;
      }
      const cover = hits / (POINTS * POINTS);
      const at = (row * SIZE + column) * 3;
      for (let c = 0; c < 3; c++) image[at + c] = cover * figure[c]! + (1 - cover) * background[c]!;
    }
  }
}

/** Draws two colors at least `contrast` apart. */
export function colors(contrast: number, rng: Random): [figure: Color, background: Color] {
  const draw = (): Color => [rng.uniform(), rng.uniform(), rng.uniform()];
  for (;;) {
    const [a, b] = [draw(), draw()];
    if (Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]) / Math.sqrt(3) >= contrast) return [a, b];
  }
}

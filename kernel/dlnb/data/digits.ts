// `data.digits`: 28×28 images of digits that look handwritten, drawn stroke by stroke from a seed.
import { checkCount, checkNumber, checkOptions, type OptionNames } from '../options.ts';
import { STYLES, type Stroke } from './digit-strokes.ts';
import { random, type Random } from './random.ts';

/** Images with their digits: `tf.tensor4d(set.images, set.shape)`. */
export interface DigitSet {
  /** Ink from 0 (paper) to 1, row by row: `[n, 28, 28, 1]`. */
  images: Float32Array;
  /** The digit on each image, 0 … 9: `[n]`. */
  labels: Int32Array;
  /** `[n, 28, 28, 1]`, the shape of {@link images}. */
  shape: [number, number, number, number];
}

/** Options of {@link digits}. The amounts are upper limits: each image gets random amounts up to them. */
export interface DigitsOptions {
  /** Number of images; 1000 by default. */
  n?: number;
  /** Seed of the generator; 0 by default. */
  seed?: number;
  /** Slant: shift of the top against the bottom, relative to the height; 0.3 by default. */
  shear?: number;
  /** Width and height are each multiplied by 1 ± this; 0.15 by default. */
  scale?: number;
  /** Rotation around the center in radians; 0.15 by default. */
  rotate?: number;
  /** Shift in pixels along each axis; 2 by default. */
  shift?: number;
  /** Unsteadiness of the hand: bend of the strokes, relative to the height; 0.06 by default. */
  wobble?: number;
  /** Standard deviation of the noise on each pixel; 0.03 by default. */
  noise?: number;
  /** Number of stray strokes on each image, of other writing; 0 by default. */
  clutter?: number;
  /**
   * Larger amounts by default, so that something is left to learn. After 6000 of them, a linear classifier reads 87 % of
   * others (of usual ones 97 %), 128 hidden units 97 %, a small convolutional network 98 %. False by default.
   */
  hard?: boolean;
}

const DIGITS_OPTIONS: OptionNames<DigitsOptions> = {
  n: 'number',
  seed: 'number',
  shear: 'number',
  scale: 'number',
  rotate: 'number',
  shift: 'number',
  wobble: 'number',
  noise: 'number',
  clutter: 'number',
  hard: 'boolean',
};

/** The amounts by default, and those of hard digits. */
const USUAL = { shear: 0.3, scale: 0.15, rotate: 0.15, shift: 2, wobble: 0.06, noise: 0.03, clutter: 0 };
const HARD = { shear: 0.3, scale: 0.2, rotate: 0.2, shift: 3, wobble: 0.06, noise: 0.06, clutter: 0 };

const SIZE = 28;
/** Size of the box of the strokes in pixels; digits of MNIST are about as large. */
const BOX_WIDTH = 13;
const BOX_HEIGHT = 19;
/** Number of straight pieces that draw the curve between two points of a stroke. */
const PIECES = 8;

/**
 * Draws digits as if by hand, with random style, pen width, unsteadiness, slant, size, rotation and place. Each block
 * of ten images contains every digit once, in random order. A larger `n` begins with the images of a smaller one.
 *
 * @returns images `[n, 28, 28, 1]` in [0, 1] and labels `[n]`
 * @throws RangeError for an option that is out of range
 * @example
 * ```ts
 * const digits = data.digits({ n: 100, hard: true });
 * digits.shape; // → [100, 28, 28, 1]
 * ```
 */
export function digits(options: DigitsOptions = {}): DigitSet {
  checkOptions('digits', options, DIGITS_OPTIONS);
  const { n = 1000, seed = 0, hard = false } = options;
  const usual = hard ? HARD : USUAL;
  const { noise = usual.noise, clutter = usual.clutter } = options;
  const hand = {
    shear: checkNumber('digits', 'shear', options.shear ?? usual.shear, 0, 2),
    scale: checkNumber('digits', 'scale', options.scale ?? usual.scale, 0, 0.9),
    rotate: checkNumber('digits', 'rotate', options.rotate ?? usual.rotate, 0, Math.PI),
    shift: checkNumber('digits', 'shift', options.shift ?? usual.shift, 0, SIZE),
    wobble: checkNumber('digits', 'wobble', options.wobble ?? usual.wobble, 0, 1),
  };
  checkCount('digits', 'n', n);
  checkNumber('digits', 'noise', noise);
  checkCount('digits', 'clutter', clutter, 0);
  const rng = random(seed);
  const images = new Float32Array(n * SIZE * SIZE);
  const labels = new Int32Array(n);
  let block = rng.permutation(10);
  for (let i = 0; i < n; i++) {
    if (i > 0 && i % 10 === 0) block = rng.permutation(10);
    const digit = block[i % 10]!;
    labels[i] = digit;
    const image = images.subarray(i * SIZE * SIZE, (i + 1) * SIZE * SIZE);
    write(image, digit, hand, rng);
    for (let k = 0; k < clutter; k++) stray(image, rng);
    if (noise > 0) speckle(image, noise, rng);
  }
  return { images, labels, shape: [n, SIZE, SIZE, 1] };
}

type Hand = Required<Pick<DigitsOptions, 'shear' | 'scale' | 'rotate' | 'shift' | 'wobble'>>;
type Point = [x: number, y: number];

/** Draws one digit into an empty image. */
function write(image: Float32Array, digit: number, hand: Hand, rng: Random): void {
  const styles = STYLES[digit]!;
  const style = styles[rng.int(styles.length)]!;
  const radius = rng.uniform(0.8, 1.6);
  const place = placement(hand, rng);
  const tremble = rng.uniform(0, hand.wobble);
  const strokes = style.map((stroke) => smooth(stroke).map(place));
  const bend = bending(tremble, rng);
  for (const path of strokes) {
    for (let k = 1; k < path.length; k++) ink(image, bend(path[k - 1]!), bend(path[k]!), radius);
  }
}

/** A short thin stroke at the border of the page, as of other writing. */
function stray(image: Float32Array, rng: Random): void {
  const along = rng.uniform(0, SIZE);
  const depth = rng.uniform(-1, 4);
  const [from, length, angle] = [rng.uniform(0, SIZE), rng.uniform(3, 8), rng.uniform(-0.6, 0.6)];
  const side = rng.int(4);
  const place = (t: number, d: number): Point =>
    side === 0 ? [t, d] : side === 1 ? [t, SIZE - d] : side === 2 ? [d, t] : [SIZE - d, t];
  const start = side % 2 === 0 ? along : from;
  const begin = place(start, depth);
  const end = place(start + length * Math.cos(angle), depth + length * Math.sin(angle));
  ink(image, begin, end, rng.uniform(0.6, 1.1));
}

/** The random map of one image from the box of the strokes to pixels: size, slant, rotation and place. */
function placement(hand: Hand, rng: Random): (p: Point) => Point {
  const width = BOX_WIDTH * (1 + rng.uniform(-hand.scale, hand.scale));
  const height = BOX_HEIGHT * (1 + rng.uniform(-hand.scale, hand.scale));
  // Most people's writing leans to the right: the mean slant is a third of the limit
  const slant = rng.uniform(-hand.shear / 3, hand.shear);
  const angle = rng.uniform(-hand.rotate, hand.rotate);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [dx, dy] = [rng.uniform(-hand.shift, hand.shift), rng.uniform(-hand.shift, hand.shift)];
  return ([u, v]) => {
    const y = (v - 0.5) * height;
    const x = (u - 0.5) * width - slant * y;
    return [SIZE / 2 + dx + cos * x - sin * y, SIZE / 2 + dy + sin * x + cos * y];
  };
}

/** A smooth random distortion of the page, which keeps joined strokes joined. `amplitude` is relative to the height. */
function bending(amplitude: number, rng: Random): (p: Point) => Point {
  const wave = () => ({
    fx: rng.uniform(-1.2, 1.2),
    fy: rng.uniform(-1.2, 1.2),
    phase: rng.uniform(0, 2 * Math.PI),
  });
  const [a, b] = [wave(), wave()];
  const size = amplitude * BOX_HEIGHT;
  return ([x, y]) => {
    const [u, v] = [(x / BOX_HEIGHT) * 2 * Math.PI, (y / BOX_HEIGHT) * 2 * Math.PI];
    const dx = size * Math.sin(a.fx * u + a.fy * v + a.phase);
    const dy = size * Math.sin(b.fx * u + b.fy * v + b.phase);
    return [x + dx, y + dy];
  };
}

/** The curve through a stroke's points (a uniform Catmull–Rom spline), as the corners of a fine polyline. */
function smooth(stroke: Stroke): Point[] {
  const points: Point[] = [];
  for (let i = 0; i < stroke.length; i += 2) points.push([stroke[i]!, stroke[i + 1]!]);
  const last = points.length - 1;
  const closed = last > 2 && points[0]![0] === points[last]![0] && points[0]![1] === points[last]![1];
  // A closed stroke continues across its end, so that there is no corner
  const at = (i: number) => points[closed ? (i + last) % last : Math.max(0, Math.min(last, i))]!;
  const path: Point[] = [at(0)];
  for (let i = 0; i < last; i++) {
    const [p0, p1, p2, p3] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    for (let k = 1; k <= PIECES; k++) {
      const t = k / PIECES;
      path.push([spline(t, p0[0], p1[0], p2[0], p3[0]), spline(t, p0[1], p1[1], p2[1], p3[1])]);
    }
  }
  return path;
}

/** Catmull–Rom between `b` (t = 0) and `c` (t = 1). */
function spline(t: number, a: number, b: number, c: number, d: number): number {
  return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

/** Inks the pixels around one straight piece. The edge fades over one and a half pixels. */
function ink(image: Float32Array, [x0, y0]: Point, [x1, y1]: Point, radius: number): void {
  const reach = radius + 1;
  const left = Math.max(0, Math.floor(Math.min(x0, x1) - reach));
  const right = Math.min(SIZE - 1, Math.ceil(Math.max(x0, x1) + reach));
  const top = Math.max(0, Math.floor(Math.min(y0, y1) - reach));
  const bottom = Math.min(SIZE - 1, Math.ceil(Math.max(y0, y1) + reach));
  const [ex, ey] = [x1 - x0, y1 - y0];
  const length2 = ex * ex + ey * ey;
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      // Pixel centers are at half integers
      const [px, py] = [column + 0.5 - x0, row + 0.5 - y0];
      const t = length2 === 0 ? 0 : Math.max(0, Math.min(1, (px * ex + py * ey) / length2));
      const distance = Math.hypot(px - t * ex, py - t * ey);
      const cover = Math.max(0, Math.min(1, 0.5 + (radius - distance) / 1.5));
      const at = row * SIZE + column;
      if (cover > image[at]!) image[at] = cover;
    }
  }
}

/** Adds noise to every pixel and keeps it in [0, 1]. */
function speckle(image: Float32Array, deviation: number, rng: Random): void {
  for (let i = 0; i < image.length; i++) {
    image[i] = Math.max(0, Math.min(1, image[i]! + rng.normal(0, deviation)));
  }
}

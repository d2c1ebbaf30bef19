// Random changes of images that do not change their class, on plain arrays, image by image.
import { checkCount, checkNumber, checkOptions, type OptionNames } from '../options.ts';
import { shapeText } from '../shape.ts';
import type { Random } from './random.ts';

/** Options of `Dataset.augment`. Every image in every pass gets its own random change. */
export interface AugmentOptions {
  /** Mirror half of the images left to right. */
  flipX?: boolean;
  /** Mirror half of the images top to bottom. */
  flipY?: boolean;
  /**
   * Largest shift along each axis, in pixels: the image is padded by this much and cropped to its size at a random
   * place.
   */
  shift?: number;
  /** Largest rotation either way about the center, in degrees. */
  rotation?: number;
  /** Largest change of the size: 0.1 makes the image up to a tenth smaller or larger. Below 1. */
  zoom?: number;
  /** Largest slant either way, in degrees: the rows are moved against each other. Below 90. */
  shear?: number;
  /** Value of what comes from outside the image; 0 by default. */
  fill?: number;
  /** Standard deviation of the noise on each value. Values are not clipped. */
  noise?: number;
  /** Seed of the changes; by default the number given to `seed`, else 0. */
  seed?: number;
}

const AUGMENT_OPTIONS: OptionNames<AugmentOptions> = {
  flipX: 'boolean',
  flipY: 'boolean',
  shift: 'number',
  rotation: 'number',
  zoom: 'number',
  shear: 'number',
  fill: 'number',
  noise: 'number',
  seed: 'number',
};

/** A rotation in radians, a slant (columns that a row moves for each row) and a change of the size. */
interface Warp {
  angle: number;
  slant: number;
  size: number;
}

/** An image that is slanted, made larger and rotated about its center. Between pixels it is bilinear. */
function warp(
  image: Float32Array,
  { height, width, channels, fill }: { height: number; width: number; channels: number; fill: number },
  { angle, slant, size }: Warp,
): Float32Array {
  const out = new Float32Array(image.length);
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  const [cos, sin] = [Math.cos(angle) / size, Math.sin(angle) / size];
  const stride = width * channels;
  const at = (row: number, column: number, c: number) =>
    row < 0 || row >= height || column < 0 || column >= width ? fill : image[(row * width + column) * channels + c]!;
  for (let row = 0, to = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      // Where the pixel comes from: back through the rotation, the size and the slant
      const [x, y] = [column - middleX, row - middleY];
      const fromY = y * cos - x * sin;
      const fromX = x * cos + y * sin - slant * fromY;
      const left = Math.floor(fromX + middleX);
      const top = Math.floor(fromY + middleY);
      const [u, v] = [fromX + middleX - left, fromY + middleY - top];
      if (left >= 0 && left < width - 1 && top >= 0 && top < height - 1) {
        // Four pixels of the image, as most are: no need to ask for each
        let from = (top * width + left) * channels;
        for (let c = 0; c < channels; c++, from++) {
          const above = image[from]! + u * (image[from + channels]! - image[from]!);
          const next = from + stride;
          out[to++] = above + v * (image[next]! + u * (image[next + channels]! - image[next]!) - above);
        }
        continue;
      }
      for (let c = 0; c < channels; c++) {
        const above = at(top, left, c) * (1 - u) + at(top, left + 1, c) * u;
        const below = at(top + 1, left, c) * (1 - u) + at(top + 1, left + 1, c) * u;
        out[to++] = above * (1 - v) + below * v;
      }
    }
  return out;
}

/**
 * Makes the function that changes images of a shape.
 * @param shape `[height, width, channels]`
 * @throws RangeError for another shape or an option out of range; TypeError for an unknown option
 */
export function augmenter(
  shape: readonly number[],
  options: AugmentOptions,
): (image: Float32Array, random: Random) => Float32Array {
  checkOptions('augment', options, AUGMENT_OPTIONS);
  const { flipX = false, flipY = false, shift = 0, fill = 0, noise = 0 } = options;
  const [height = 0, width = 0, channels = 0] = shape;
  if (shape.length !== 3)
    throw new RangeError(
      `augment: the examples must be images of shape [height, width, channels], got ${shapeText(shape)}; for others use map`,
    );
  checkCount('augment', 'shift', shift, 0);
  checkNumber('augment', 'shift', shift, 0, Math.min(height, width));
  checkNumber('augment', 'noise', noise);
  const { rotation = 0, zoom = 0, shear = 0 } = options;
  checkNumber('augment', 'rotation', rotation, 0, 180);
  checkNumber('augment', 'zoom', zoom, 0, 0.99);
  checkNumber('augment', 'shear', shear, 0, 89);
  const isWarped = rotation > 0 || zoom > 0 || shear > 0;
  return (image, random) => {
    const mirrorX = flipX && random.uniform() < 0.5;
    const mirrorY = flipY && random.uniform() < 0.5;
    const dx = shift ? random.int(2 * shift + 1) - shift : 0;
    const dy = shift ? random.int(2 * shift + 1) - shift : 0;
    if (isWarped) {
      const degrees = (largest: number) => (largest ? (random.uniform(-largest, largest) * Math.PI) / 180 : 0);
      const [angle, slant] = [degrees(rotation), Math.tan(degrees(shear))];
      const size = zoom ? random.uniform(1 - zoom, 1 + zoom) : 1;
      image = warp(image, { height, width, channels, fill }, { angle, slant, size });
    }
    const out = new Float32Array(image.length).fill(fill);
    for (let row = 0; row < height; row++) {
      const fromRow = (mirrorY ? height - 1 - row : row) + dy;
      if (fromRow < 0 || fromRow >= height) continue;
      for (let column = 0; column < width; column++) {
        const fromColumn = (mirrorX ? width - 1 - column : column) + dx;
        if (fromColumn < 0 || fromColumn >= width) continue;
        const [to, from] = [(row * width + column) * channels, (fromRow * width + fromColumn) * channels];
        for (let c = 0; c < channels; c++) out[to + c] = image[from + c]!;
      }
    }
    if (noise) for (let i = 0; i < out.length; i++) out[i] = out[i]! + random.normal(0, noise);
    return out;
  };
}

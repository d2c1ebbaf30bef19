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
  /** Value of the padding; 0 by default. */
  fill?: number;
  /** Standard deviation of the noise on each value. Values are not clipped. */
  noise?: number;
  /** Seed of the changes; 0 by default. */
  seed?: number;
}

const AUGMENT_OPTIONS: OptionNames<AugmentOptions> = {
  flipX: 'boolean',
  flipY: 'boolean',
  shift: 'number',
  fill: 'number',
  noise: 'number',
  seed: 'number',
};

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
  return (image, random) => {
    const mirrorX = flipX && random.uniform() < 0.5;
    const mirrorY = flipY && random.uniform() < 0.5;
    const dx = shift ? random.int(2 * shift + 1) - shift : 0;
    const dy = shift ? random.int(2 * shift + 1) - shift : 0;
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

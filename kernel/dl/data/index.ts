// `data` of the module `dlnb`: seeded data sets that need no network, as typed arrays with their shapes.
export { random, type Random, type Shuffleable } from './random.ts';
export {
  blobs,
  moons,
  spirals,
  xor,
  type BlobsOptions,
  type MoonsOptions,
  type PointSet,
  type SpiralsOptions,
  type XorOptions,
} from './points.ts';
export { digits, type DigitSet, type DigitsOptions } from './digits.ts';

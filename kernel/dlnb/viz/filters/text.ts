// The text twin of filters and feature maps: a line for each stage.
import { numberText } from '../graph/numbers.ts';
import { grouped } from '../../../outputs/model-summary.ts';
import { overviewOf } from './convolution.ts';
import type { CapturedKernel, CapturedMaps, CapturedStage } from './capture.ts';
import type { Recording } from './encode.ts';

/** Filters with a norm below this share of the layer's median norm, or below 1e-8, count as dead. */
export const DEAD = { share: 1e-3, norm: 1e-8 };

export function filtersText({ title, view, snapshots, recorded }: Recording): string {
  const { capture } = snapshots.at(-1)!;
  const what = view === 'maps' ? 'Feature maps' : 'Filters';
  const input = capture.given > 0 ? ` on ${plural(capture.given, 'example')}` : '';
  const times = recorded > 1 ? `, ${plural(recorded, 'snapshot')}` : '';
  return [`${what} of ${title}${input}${times}`, ...capture.stages.map(stageText)].join('\n');
}

/** Activations whose negative values count as activity. */
const SIGNED = new Set(['linear', 'tanh', 'softsign']);

function stageText({ name, type, kernel, maps }: CapturedStage): string {
  const head = name === type ? name : `${name} ${type}`;
  // If negative values count as activity, only a map of zeros is silent
  const isSilent = (peak: number) =>
    type !== 'input' && (kernel ? !SIGNED.has(kernel.activation) && peak <= 0 : peak === 0);
  return [head, kernel && kernelText(kernel), maps && mapsText(maps, isSilent)].filter(Boolean).join('; ');
}

function kernelText(kernel: CapturedKernel): string {
  const { shape, filters, overview } = kernel;
  const norms = every(overview ?? overviewOf(kernel.weights, shape), 1 + 2 * shape[0] * shape[1]);
  const limit = Math.max(DEAD.norm, DEAD.share * median(norms));
  const dead = norms.filter((n) => n <= limit).length;
  const finite = norms.filter(Number.isFinite);
  const range =
    finite.length > 0 ? `, norms ${numberText(Math.min(...finite))} … ${numberText(Math.max(...finite))}` : '';
  const bad = norms.length - finite.length;
  return `${plural(filters, 'filter')} of ${shape.join(' × ')}${range}${dead > 0 ? `, ${dead} dead` : ''}${bad > 0 ? `, ${bad} not finite` : ''}`;
}

function mapsText({ shape, peaks }: CapturedMaps, isSilent: (peak: number) => boolean): string {
  const silent = peaks.filter(isSilent).length;
  const [height, width, channels] = shape;
  return `${plural(channels, 'map')} of ${height} × ${width}${silent > 0 ? `, ${silent} without an activation above 0` : ''}`;
}

const plural = (n: number, noun: string) => `${grouped(n)} ${noun}${n === 1 ? '' : 's'}`;

const every = (values: Float32Array, step: number): number[] => Array.from(values).filter((_, i) => i % step === 0);

function median(values: readonly number[]): number {
  const sorted = values.filter((v) => Number.isFinite(v)).sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}

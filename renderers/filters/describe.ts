// Descriptions of stages, filters and values in words.
import type { FilterKernel, FilterStage } from '../../kernel/wire/filters.ts';
import { count, exactNumber, plural, shortNumber } from '../shared/numbers.ts';
import type { Spot } from './layout.ts';
import type { Tile, Tiles } from './panels.ts';
import type { FiltersPayload } from './payload.ts';

/** The line over a stage's tiles: filters, kernel size and the like. */
export function stageFacts({ type, kernel, maps }: FilterStage): string[] {
  const facts = type === 'input' || type === 'kernel' ? [] : [type];
  if (kernel) facts.push(...kernelFacts(kernel));
  if (maps) facts.push(`${type === 'input' ? '' : 'maps '}${sides(maps.shape).join(' × ')}`);
  return facts;
}

function kernelFacts({ shape, filters, stride, dilation, padding, activation, op }: FilterKernel): string[] {
  const [height, width] = shape;
  const sizes = op === 'depthwise' ? sides([height, width]) : sides(shape);
  const facts = [`${plural(filters, 'filter')} of ${sizes.join(' × ')}`];
  const both = ([a, b]: readonly [number, number]) => (a === b || height === 1 ? String(b) : `${a}, ${b}`);
  if (stride.some((n) => n > 1)) facts.push(`stride ${both(stride)}`);
  if (dilation.some((n) => n > 1)) facts.push(`dilation ${both(dilation)}`);
  if (padding) facts.push(`padding ${padding}`);
  if (activation !== 'linear') facts.push(activation);
  return facts;
}

/** `filter 3`, `map 3`, `channel 3` of the input. */
export const nameOf = (stage: FilterStage, view: 'filters' | 'maps', index: number): string =>
  `${stage.type === 'input' ? 'channel' : view === 'maps' ? 'map' : 'filter'} ${index}`;

/** Tile, value and index under the pointer. */
export function spotText(stage: FilterStage, view: 'filters' | 'maps', tiles: Tiles, { tile, value }: Spot): string {
  const found = tiles.tiles[tile]!;
  const image = stage.type === 'input' && tiles.colors;
  const name = image ? 'input' : nameOf(stage, view, found.index);
  if (!value) return [name, ...tileFacts(stage, found)].join(' · ');
  const panel = found.panels[value.panel]!;
  const place = value.row * tiles.columns + value.column;
  const channel = panel.channel === undefined ? '' : `, channel ${panel.channel}`;
  const step = view === 'maps' ? (stage.maps?.step ?? 1) : 1;
  const index = indexText(stage, value.row * step, value.column * step);
  const exact = (v: number) => exactNumber(v, 'float32');
  const text = tiles.colors
    ? `(${Array.from(panel.values.subarray(3 * place, 3 * place + 3), exact).join(', ')})`
    : exact(panel.values[place]!);
  return [`${name}${channel} ${index} ${text}`, ...tileFacts(stage, found)].join(' · ');
}

/** Sides of a shape, without the height of a 1-D convolution. */
const sides = (shape: readonly number[]) => (shape[0] === 1 && shape[1]! > 1 ? shape.slice(1) : shape);

/** Row and column of a map or filter; in one dimension the index. */
export const indexText = (stage: FilterStage, row: number, column: number): string =>
  isLine(stage) ? `[${column}]` : `[${row}, ${column}]`;

const isLine = ({ kernel, maps }: FilterStage) =>
  (kernel?.shape[0] ?? 1) === 1 && (maps?.shape[0] ?? 1) === 1 && (kernel?.shape[1] ?? maps?.shape[1] ?? 1) > 1;

function tileFacts({ type }: FilterStage, { norm, dead }: Tile): string[] {
  const facts = Number.isNaN(norm) && type === 'input' ? [] : [`norm ${shortNumber(norm)}`];
  return dead ? [...facts, `dead: ${dead}`] : facts;
}

/** The line over everything: how many layers, of which model. */
export function titleFacts({ stages, examples, recorded, snapshots }: FiltersPayload): string[] {
  const layers = stages.filter(({ type }) => type !== 'input').length;
  const facts = stages.every(({ type }) => type === 'kernel') ? [] : [plural(layers, 'layer')];
  if (examples && examples.given > 1) facts.push(plural(examples.given, 'example'));
  if (snapshots.length > 1) facts.push(plural(recorded ?? snapshots.length, 'snapshot'));
  return facts;
}

/** Sentences about what is left out of the output. */
export function omissions({ omitted, recorded, snapshots, examples }: FiltersPayload): string[] {
  const said: string[] = [];
  if (recorded !== undefined && recorded > snapshots.length)
    said.push(`Holds ${count(snapshots.length)} of ${count(recorded)} snapshots, evenly, with the first and the last.`);
  if (examples && examples.given > examples.held)
    said.push(
      `Holds the first ${plural(examples.held, 'example')} of ${count(examples.given)}; dead maps are found from all of them.`,
    );
  if (omitted?.length) said.push(`Left out because the output would be too large: ${omitted.join(', ')}.`);
  return said;
}

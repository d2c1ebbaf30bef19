// The tiles of a stage: one for each filter or map, with one panel or one for each channel.
import type { FilterStage } from '../../kernel/wire/filters.ts';
import { count, ordinal, plural } from '../shared/numbers.ts';
import type { FiltersPayload } from './payload.ts';
import {
  byNorm,
  channelOf,
  deadNorm,
  deathOf,
  filtersShown,
  heldOf,
  mapsOf,
  normOf,
  summaryOf,
  weightsOf,
} from './stages.ts';

/** `auto`: colors for three channels, each channel if these are few, else the mean. */
export type Channels = 'auto' | 'each' | 'mean' | 'norm' | 'one';
export type View = 'filters' | 'maps';

export interface Look {
  view: View;
  channels: Channels;
  /** The channel of `one`. */
  channel: number;
  sort: 'index' | 'norm';
  snapshot: number;
  example: number;
}

export interface Panel {
  /** [rows, columns], or [rows, columns, 3] for colors. */
  values: Float32Array;
  /** The input channel, if it shows one of several. */
  channel?: number;
}

export interface Tile {
  /** Index of the filter, or of the maps' channel. */
  index: number;
  /** L2 norm over all weights or all held values. */
  norm: number;
  /** Why it is flagged. */
  dead?: string;
  panels: Panel[];
}

export interface Extent {
  min: number;
  max: number;
}

export interface Tiles {
  tiles: Tile[];
  rows: number;
  columns: number;
  /** Each panel shows red, green and blue together. */
  colors: boolean;
  /** Says which channels the panels show, for the line over the tiles. */
  shows: string;
  /** A sentence about what is left out. */
  note?: string;
}

/** Most panels that are drawn, from the first; more would be indistinguishable. */
export const MOST_PANELS = 2000;
/** Most panels for which `auto` draws each channel. */
const EACH = 300;

/** Undefined if the stage has nothing for this view. */
export function tilesOf(payload: FiltersPayload, stage: FilterStage, look: Look): Tiles | undefined {
  return look.view === 'filters' ? filterTiles(payload, stage, look) : mapTiles(payload, stage, look);
}

function filterTiles(payload: FiltersPayload, stage: FilterStage, look: Look): Tiles | undefined {
  const { kernel } = stage;
  if (!kernel || filtersShown(kernel) === 0) return undefined;
  const { snapshot } = look;
  const [rows, columns, channels] = kernel.shape;
  const way = wayOf(look, channels, kernel.held, kernel.held < kernel.filters);
  const summed = way === 'mean' || way === 'norm';
  const there = summed ? filtersShown(kernel) : kernel.held;
  if (there === 0) return undefined;
  const norms = Array.from({ length: there }, (_, f) => normOf(payload, kernel, snapshot, f));
  const limit = deadNorm(norms);
  const panelsOf = (f: number): Panel[] => {
    if (summed) return [{ values: summaryOf(payload, kernel, snapshot, f, way) }];
    const weights = weightsOf(payload, kernel, snapshot, f);
    if (way === 'colors' || channels === 1) return [{ values: weights }];
    if (way === 'one') {
      const channel = Math.min(look.channel, channels - 1);
      return [{ values: channelOf(weights, channels, channel), channel }];
    }
    return Array.from({ length: channels }, (_, channel) => ({
      values: channelOf(weights, channels, channel),
      channel,
    }));
  };
  const drawn = Math.min(there, Math.max(1, Math.floor(MOST_PANELS / (way === 'each' ? channels : 1))));
  const tiles = chosen(norms, look, drawn).map((index): Tile => {
    const norm = norms[index]!;
    const dead = deathOf(payload, stage, snapshot, index, norm, limit);
    return { index, norm, panels: panelsOf(index), ...(dead ? { dead } : {}) };
  });
  const shows =
    channels === 1
      ? ''
      : way === 'colors'
        ? 'red, green and blue are the three input channels'
        : way === 'one'
          ? `input channel ${Math.min(look.channel, channels - 1)} of ${channels}`
          : way === 'each'
            ? `a panel for each of ${channels} input channels`
            : `${way === 'mean' ? 'mean' : 'root mean square'} over ${channels} input channels`;
  const note = noteOf('filter', drawn, there, kernel.filters, summed ? '' : ' with all weights');
  return { tiles, rows, columns, colors: way === 'colors', shows, ...(note ? { note } : {}) };
}

type Way = 'each' | 'mean' | 'norm' | 'one' | 'colors';

function wayOf({ channels: wanted }: Look, channels: number, held: number, partial: boolean): Way {
  if (channels === 1) return 'one';
  if (wanted !== 'auto') return wanted;
  if (channels === 3 && !partial) return 'colors';
  return !partial && channels * held <= EACH ? 'each' : 'mean';
}

function mapTiles(payload: FiltersPayload, stage: FilterStage, look: Look): Tiles | undefined {
  const { maps, kernel, type } = stage;
  if (!maps) return undefined;
  const { rows, columns, channels } = heldOf(maps);
  const values = mapsOf(payload, maps, look.snapshot, look.example);
  const colors = type === 'input' && maps.shape[2] === 3;
  if (colors && channels === 3)
    return {
      tiles: [{ index: 0, norm: NaN, panels: [{ values }] }],
      rows,
      columns,
      colors,
      shows: '',
      ...thinNote(maps),
    };
  const each = Array.from({ length: channels }, (_, c) => channelOf(values, channels, c));
  const norms = each.map((v) => Math.sqrt(v.reduce((s, x) => s + x * x, 0)));
  const weights =
    kernel && Array.from({ length: filtersShown(kernel) }, (_, f) => normOf(payload, kernel, look.snapshot, f));
  const limit = weights ? deadNorm(weights) : 0;
  const drawn = Math.min(channels, MOST_PANELS);
  const tiles = chosen(norms, look, drawn).map((index): Tile => {
    const dead = deathOf(payload, stage, look.snapshot, index, weights?.[index], limit);
    return { index, norm: norms[index]!, panels: [{ values: each[index]! }], ...(dead ? { dead } : {}) };
  });
  const note = [noteOf('map', drawn, channels, maps.shape[2], ''), thinNote(maps).note].filter(Boolean).join(' ');
  return { tiles, rows, columns, colors: false, shows: '', ...(note ? { note } : {}) };
}

/** The drawn tiles, in their order. */
function chosen(norms: readonly number[], { sort }: Look, drawn: number): number[] {
  return (sort === 'norm' ? byNorm(norms) : [...norms.keys()]).slice(0, drawn);
}

function noteOf(noun: string, drawn: number, there: number, all: number, how: string): string | undefined {
  if (there < all)
    return `Holds the first ${plural(there, noun)}${how} of ${count(all)}: an output holds at most 1 MB.`;
  return drawn < there ? `Draws ${count(drawn)} of ${plural(there, noun)}.` : undefined;
}

function thinNote({ step, shape }: { step: number; shape: readonly number[] }): { note?: string } {
  if (step === 1) return {};
  return { note: `Holds every ${ordinal(step)} row and column of ${shape[0]} × ${shape[1]}.` };
}

/** Least and greatest finite value of the panels of tiles; undefined if there is none. */
export const extentOf = (tiles: readonly Tile[]): Extent | undefined =>
  extent(tiles.flatMap(({ panels }) => panels.map(({ values }) => values)));

/** Least and greatest finite value. */
export function extent(all: Iterable<ArrayLike<number>>): Extent | undefined {
  let [min, max] = [Infinity, -Infinity];
  for (const values of all)
    for (let i = 0; i < values.length; i++) {
      const v = values[i]!;
      if (!Number.isFinite(v)) continue;
      if (v < min) min = v;
      if (v > max) max = v;
    }
  return min <= max ? { min, max } : undefined;
}

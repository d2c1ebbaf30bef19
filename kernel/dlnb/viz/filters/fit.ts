// Chooses the filters and feature maps that fit into an output: pure arithmetic, before anything is copied.

export interface KernelSize {
  /** Filters that can be held. */
  filters: number;
  /** Filters whose overview can be held. */
  overviews: number;
  /** Numbers of one filter, with its bias. */
  each: number;
  /** Numbers of the overview of one filter. */
  overview: number;
  /** Not all filters of the layer can be held, so the overview is always needed. */
  partial: boolean;
}

export interface MapsSize {
  rows: number;
  columns: number;
  channels: number;
  /** Number of all channels: each has a largest value. */
  peaks: number;
}

export interface StageSize {
  kernel?: KernelSize;
  maps?: MapsSize;
}

export interface StagePart {
  /** How many filters, and how many overviews, are held. Absent: nothing of the kernel fits. */
  kernel?: { held: number; overviews: number };
  /** Every `step`-th row and column is held, of `held` channels. Absent: no map fits. */
  maps?: { step: number; held: number };
}

export interface Part {
  stages: StagePart[];
  examples: number;
}

/** Share of the room for filters if there are also feature maps. */
const FILTERS_SHARE = 0.4;
/** The input is held whole up to this share of the room for maps; the first layer's products need it. */
const INPUT_SHARE = 0.45;
/** Share of a cut layer's room for its overview. */
const OVERVIEW_SHARE = 0.4;
/** Maps lose rows and columns down to this side, then channels. */
const LEAST_SIDE = 32;
const MOST_EXAMPLES = 16;

/**
 * Shares the room fairly: small layers are held whole, large ones are cut to their first filters, channels or fewer
 * rows.
 */
export function fit(sizes: readonly StageSize[], examples: number, room: number): Part {
  const kernels = sizes.map(({ kernel }) => (kernel ? kernelCost(kernel) : 0));
  const all = sum(kernels);
  const maps = sizes.some((s) => s.maps);
  const forKernels = maps ? Math.min(all, Math.max(room * FILTERS_SHARE, room - mapsCost(sizes, 1))) : room;
  const forMaps = room - Math.min(all, forKernels);
  let held = Math.min(examples, MOST_EXAMPLES);
  while (held > 1 && mapsCost(sizes, held) > forMaps) held--;
  const shares = sharesOf(kernels, forKernels);
  const mapShares = sharesOf(
    sizes.map((s) => mapsCost([s], held)),
    forMaps,
    INPUT_SHARE,
  );
  const stages = sizes.map(({ kernel, maps: m }, i): StagePart => {
    const part: StagePart = {};
    const k = kernel && kernelPart(kernel, shares[i]!);
    if (k) part.kernel = k;
    const p = m && mapsPart(m, held, mapShares[i]!);
    if (p) part.maps = p;
    return part;
  });
  return { stages, examples: held };
}

/** How many numbers everything takes. */
export const costOf = (sizes: readonly StageSize[], examples: number): number =>
  sum(sizes.map(({ kernel }) => (kernel ? kernelCost(kernel) : 0))) + mapsCost(sizes, examples);

const kernelCost = ({ filters, overviews, each, overview, partial }: KernelSize) =>
  filters * each + (partial ? overviews * overview : 0);

const mapsCost = (sizes: readonly StageSize[], examples: number) =>
  sum(sizes.map(({ maps }) => (maps ? maps.peaks + examples * maps.rows * maps.columns * maps.channels : 0)));

function kernelPart(size: KernelSize, share: number): StagePart['kernel'] {
  const { filters, overviews, each, overview, partial } = size;
  if (kernelCost(size) <= share) return { held: filters, overviews: partial ? overviews : 0 };
  const summed = Math.min(overviews, Math.floor((share * OVERVIEW_SHARE) / overview));
  const held = Math.min(filters, Math.floor((share - summed * overview) / each));
  return summed === 0 && held === 0 ? undefined : { held, overviews: summed };
}

function mapsPart({ rows, columns, channels, peaks }: MapsSize, examples: number, share: number): StagePart['maps'] {
  const room = share - peaks;
  const side = Math.max(rows, columns);
  for (let step = 1; step <= side; step++) {
    const places = examples * Math.ceil(rows / step) * Math.ceil(columns / step);
    const held = Math.min(channels, Math.floor(room / places));
    if (held === channels || (held >= 1 && Math.ceil(side / (step + 1)) < LEAST_SIDE)) return { step, held };
  }
  return undefined;
}

/**
 * The room of each: its full cost, or if that does not fit, the same as every other that gets less than its cost.
 * @param first the first one gets its full cost if that is at most this share of the room
 */
function sharesOf(costs: readonly number[], room: number, first = 0): number[] {
  const shares = costs.map(() => 0);
  const favored = costs[0]! <= first * room;
  if (favored) shares[0] = costs[0]!;
  let left = room - shares[0]!;
  const others = [...costs.keys()].slice(favored ? 1 : 0).sort((a, b) => costs[a]! - costs[b]!);
  others.forEach((i, done) => {
    shares[i] = Math.min(costs[i]!, Math.floor(left / (others.length - done)));
    left -= shares[i]!;
  });
  return shares;
}

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);

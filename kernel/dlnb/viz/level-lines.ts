// Lines of equal value through a grid: marching squares. A line for each level costs a few points, while a contour of
// plotly holds the whole grid.

/** Values at the crossings of columns and rows. */
export interface LevelGrid {
  data: ArrayLike<number>;
  rows: number;
  columns: number;
  /** Coordinates of columns and rows. */
  x: ArrayLike<number>;
  y: ArrayLike<number>;
}

/** Points of a line, one after another; a closed one ends where it begins. */
export type LevelLine = [number, number][];

/** The lines at which the values, linear between the points of the grid, are equal to `level`. */
export function levelLines({ data, rows, columns, x, y }: LevelGrid, level: number): LevelLine[] {
  const at = (r: number, c: number) => data[r * columns + c]!;
  // An edge between two points is crossed at most once: its number is that of its lower point, twice
  const points = new Map<number, [number, number]>();
  const links = new Map<number, number[]>();
  const crossing = (r0: number, c0: number, r1: number, c1: number): number => {
    const id = 2 * (r0 * columns + c0) + (r1 > r0 ? 1 : 0);
    if (!points.has(id)) {
      const [from, to] = [at(r0, c0), at(r1, c1)];
      const t = (level - from) / (to - from);
      points.set(id, [x[c0]! + t * (x[c1]! - x[c0]!), y[r0]! + t * (y[r1]! - y[r0]!)]);
    }
    return id;
  };
  const link = (a: number, b: number) => {
    for (const [from, to] of [[a, b], [b, a]] as const) links.set(from, [...(links.get(from) ?? []), to]); // prettier-ignore
  };
  for (let r = 0; r + 1 < rows; r++)
    for (let c = 0; c + 1 < columns; c++) {
      const corners = [at(r, c), at(r, c + 1), at(r + 1, c + 1), at(r + 1, c)] as const;
      if (!corners.every(Number.isFinite)) continue;
      const above = corners.map((v) => v > level);
      const sides = [
        () => crossing(r, c, r, c + 1),
        () => crossing(r, c + 1, r + 1, c + 1),
        () => crossing(r + 1, c, r + 1, c + 1),
        () => crossing(r, c, r + 1, c),
      ];
      const cut = [0, 1, 2, 3].filter((k) => above[k] !== above[(k + 1) % 4]).map((k) => sides[k]!());
      if (cut.length === 2) link(cut[0]!, cut[1]!);
      if (cut.length < 4) continue;
      // A saddle: its middle decides which corners are joined
      const middle = corners.reduce((sum, v) => sum + v, 0) / 4 > level;
      const [a, b, d, e] = cut as [number, number, number, number];
      for (const [from, to] of middle === above[0]
        ? ([
            [a, b],
            [d, e],
          ] as const)
        : ([
            [e, a],
            [b, d],
          ] as const))
        link(from, to);
    }
  return joined(points, links);
}

/** Lines from link to link: those with two ends first, then the closed ones. */
function joined(points: ReadonlyMap<number, [number, number]>, links: ReadonlyMap<number, number[]>): LevelLine[] {
  const seen = new Set<number>();
  const lines: LevelLine[] = [];
  const walk = (start: number) => {
    if (seen.has(start)) return;
    const line: LevelLine = [];
    let next: number | undefined = start;
    let last = start;
    while (next !== undefined) {
      seen.add(next);
      line.push(points.get(next)!);
      last = next;
      next = links.get(next)!.find((id) => !seen.has(id));
    }
    if (line.length > 2 && links.get(last)!.includes(start)) line.push(points.get(start)!);
    lines.push(line);
  };
  for (const [id, to] of links) if (to.length === 1) walk(id);
  for (const id of links.keys()) walk(id);
  return lines;
}

/** All lines as one list of x and one of y, with NaN between them, in single precision. */
export function asOnePath(lines: readonly LevelLine[]): { x: Float64Array; y: Float64Array } {
  const all = lines.flatMap((line, i): LevelLine => (i > 0 ? [[NaN, NaN], ...line] : line));
  const along = (k: 0 | 1) => Float64Array.from(all, (point) => Math.fround(point[k]));
  return { x: along(0), y: along(1) };
}

/** Where a label stands on a line, and the line without the part below it. */
export interface Labelled {
  at: [number, number];
  lines: LevelLine[];
}

/**
 * Makes room for a label in the middle of a line; undefined if the line is too short for one.
 * @param wide half of its width and @param high half of its height, in the units of the axes
 */
export function labelled(line: LevelLine, wide: number, high: number): Labelled | undefined {
  const far = (a: readonly [number, number], b: readonly [number, number]) =>
    Math.hypot((a[0] - b[0]) / wide, (a[1] - b[1]) / high);
  const length = line.slice(1).reduce((sum, point, i) => sum + far(line[i]!, point), 0);
  if (length < 6) return undefined;
  const middle = Math.floor(line.length / 2);
  const at = line[middle]!;
  const covered = ([x, y]: [number, number]) => Math.abs(x - at[0]) < wide && Math.abs(y - at[1]) < high;
  let [from, to] = [middle, middle];
  while (from > 0 && covered(line[from]!)) from--;
  while (to < line.length - 1 && covered(line[to]!)) to++;
  return { at, lines: [line.slice(0, from + 1), line.slice(to)].filter((part) => part.length > 1) };
}

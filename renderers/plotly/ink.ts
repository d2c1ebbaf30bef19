// The ink of numbers in the cells of a heat map: black or white, whichever can be read better on the cell as it is seen.
// Plotly writes in dim gray, and takes translucent colors of a dark theme for light ones.
import { isRecord } from '../../kernel/wire/fields.ts';

type Rgba = [number, number, number, number];

const DARK = '#161616';
const LIGHT = '#ffffff';

function rgbaOf(color: unknown): Rgba | undefined {
  if (typeof color !== 'string') return undefined;
  const hex = /^#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i.exec(color)?.[1];
  if (hex) {
    const long = hex.length < 6 ? [...hex].map((c) => c + c).join('') : hex;
    const [r, g, b, a = 255] = long.match(/../g)!.map((two) => parseInt(two, 16)) as [number, number, number, number?];
    return [r, g, b, a / 255];
  }
  const parts = /^rgba?\(([^)]+)\)$/i.exec(color)?.[1]!.split(/[\s,/]+/).filter(Boolean).map(parseFloat); // prettier-ignore
  if (!parts || parts.length < 3 || !parts.every(Number.isFinite)) return undefined;
  return [parts[0]!, parts[1]!, parts[2]!, parts[3] ?? 1];
}

const linear = (v: number) => (v <= 10 ? v / 3295 : ((v / 255 + 0.055) / 1.055) ** 2.4);
const luminance = ([r, g, b]: readonly number[]) => 0.2126 * linear(r!) + 0.7152 * linear(g!) + 0.0722 * linear(b!);

/**
 * Black or white for a cell of a color scale; undefined where its colors are of another format.
 * @param scale plotly's stops @param at from 0 to 1 @param background behind the cell
 */
export function inkOn(scale: unknown, at: number, background: string): string | undefined {
  if (!Array.isArray(scale) || scale.length === 0) return undefined;
  const stops = scale as [number, unknown][];
  const next = Math.max(0, stops.findIndex(([place]) => place >= at)); // prettier-ignore
  const [low, high] = at >= 1 ? [stops.at(-1)!, stops.at(-1)!] : [stops[Math.max(0, next - 1)]!, stops[next]!];
  const share = high[0] > low[0] ? Math.max(0, Math.min(1, (at - low[0]) / (high[0] - low[0]))) : 1;
  const [a, b, page] = [rgbaOf(low[1]), rgbaOf(high[1]), rgbaOf(background)];
  if (!a || !b || !page) return undefined;
  const color = a.map((v, i) => v + share * (b[i]! - v));
  const seen = luminance([0, 1, 2].map((i) => color[3]! * color[i]! + (1 - color[3]!) * page[i]!));
  const contrast = (ink: string) => {
    const own = luminance(rgbaOf(ink)!);
    return (Math.max(own, seen) + 0.05) / (Math.min(own, seen) + 0.05);
  };
  return contrast(LIGHT) >= contrast(DARK) ? LIGHT : DARK;
}

/** Colors the numbers that plotly has written into the cells of heat maps, unless they have a color of their own. */
export function inkCells(root: Element, background: string): void {
  for (const map of root.querySelectorAll('.heatmaplayer .hm')) {
    const [first] = (map as Partial<Record<'__data__', unknown[]>>).__data__ ?? [];
    const trace = isRecord(first) ? first['trace'] : undefined;
    if (!isRecord(trace) || (isRecord(trace['textfont']) && isOwn(trace['textfont']['color']))) continue;
    const [low, high] = [Number(trace['zmin']), Number(trace['zmax'])];
    for (const label of map.querySelectorAll('.heatmap-label')) {
      const cell = (label as Partial<Record<'__data__', unknown>>).__data__;
      if (!isRecord(cell) || typeof cell['z'] !== 'number') continue;
      const at = (cell['z'] - low) / (high - low || 1);
      const ink = inkOn(trace['colorscale'], trace['reversescale'] === true ? 1 - at : at, background);
      if (ink) for (const text of label.querySelectorAll('text')) text.style.fill = ink;
    }
  }
}

const isOwn = (color: unknown) => typeof color === 'string' && color !== 'auto';

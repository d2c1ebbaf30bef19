// Axes: the values that they hold, where these are on the picture, and their ticks.
import { isRecord } from '../../../wire/fields.ts';
import { listOf, lineOf, numberOf, titleOf } from './values.ts';

export type AxisType = 'linear' | 'log' | 'category' | 'date';

export interface Axis {
  type: AxisType;
  settings: Record<string, unknown>;
  title: string;
  categories: string[];
  /** Values at the lower or left end and at the other; of a logarithmic axis, their logarithms. */
  range: [number, number];
  /** Places of both ends on the picture. */
  ends: [number, number];
}

export interface Tick {
  at: number;
  text: string;
}

/**
 * Reads the settings of an axis and the values that traces have on it.
 * @param lists the values, a list for each trace
 */
export function axisOf(settings: unknown, lists: readonly (readonly unknown[])[]): Axis {
  const own = isRecord(settings) ? settings : {};
  const type = typeOf(own['type'], lists);
  const categories: string[] = [];
  if (type === 'category') {
    const known = new Set<string>();
    const order = listOf(own['categoryarray']);
    for (const list of order ? [order, ...lists] : lists)
      for (const value of list) {
        if (value === null || value === undefined) continue;
        const name = String(value);
        if (known.has(name)) continue;
        known.add(name);
        categories.push(name);
      }
  }
  return { type, settings: own, title: titleOf(own['title']), categories, range: [0, 1], ends: [0, 1] };
}

function typeOf(stated: unknown, lists: readonly (readonly unknown[])[]): AxisType {
  if (stated === 'log' || stated === 'category' || stated === 'linear' || stated === 'date') return stated;
  const values = lists.flatMap((list) => list.slice(0, 200)).filter((v) => v !== null && v !== undefined && v !== '');
  const texts = values.filter((v) => typeof v === 'string');
  if (texts.length === 0 || texts.every((v) => Number.isFinite(Number(v)))) return 'linear';
  const dates = texts.filter((v) => /^\d{4}-\d\d(-\d\d([ T][\d:.]+Z?)?)?$/.test(v));
  return dates.length === values.length ? 'date' : 'category';
}

/** The coordinate of a value on its axis, before it is placed: an index, a logarithm, a time. NaN if it has none. */
export function coordinate({ type, categories }: Axis, value: unknown): number {
  if (type === 'category') {
    if (typeof value === 'number' && !categories.includes(String(value))) return value;
    const at = categories.indexOf(String(value));
    return at < 0 ? NaN : at;
  }
  if (type === 'date') return typeof value === 'number' ? value : Date.parse(dateText(String(value)));
  const number = numberOf(value);
  if (type === 'log') return number > 0 ? Math.log10(number) : NaN;
  return Number.isFinite(number) ? number : NaN;
}

/** All dates count as UTC: the picture must not depend on the machine's time zone. */
const dateText = (text: string) => (/Z$/.test(text) ? text : /[ T]/.test(text) ? `${text.replace(' ', 'T')}Z` : text);

/** The range that an axis states, in its coordinates; reversed if it says so. */
export function statedRange(axis: Axis): [number, number] | undefined {
  const range = listOf(axis.settings['range']);
  if (!range || range.length < 2) return undefined;
  // The range of a logarithmic axis is in logarithms
  const [a, b] = range.map((v) => (axis.type === 'date' ? coordinate(axis, v) : numberOf(v)));
  return Number.isFinite(a) && Number.isFinite(b) && a !== b ? [a!, b!] : undefined;
}

/** The place of a coordinate on the picture. */
export const placed = ({ range: [a, b], ends: [from, to] }: Axis, at: number): number =>
  from + ((at - a) / (b - a || 1)) * (to - from);

/** The coordinate at a place of the picture. */
export const unplaced = ({ range: [a, b], ends: [from, to] }: Axis, place: number): number =>
  a + ((place - from) / (to - from || 1)) * (b - a);

/** Ticks of an axis for about `wanted` of them, in coordinates. */
export function ticksOf(axis: Axis, wanted: number): Tick[] {
  const [low, high] = [Math.min(...axis.range), Math.max(...axis.range)];
  const slack = (high - low) * 1e-9;
  const inside = ({ at }: Tick) => at >= low - slack && at <= high + slack;
  const values = listOf(axis.settings['tickvals']);
  if (values) {
    const texts = listOf(axis.settings['ticktext']);
    return values
      .map((value, i) => ({ at: coordinate(axis, value), text: lineOf(texts?.[i] ?? numberText(numberOf(value))) }))
      .filter(inside);
  }
  if (axis.type === 'category') {
    const every = Math.max(1, Math.ceil(axis.categories.length / Math.max(1, wanted)));
    return axis.categories
      .map((name, at) => ({ at, text: lineOf(name) }))
      .filter((tick, i) => i % every === 0 && inside(tick));
  }
  if (axis.type === 'log') return logTicks(low, high, wanted).filter(inside);
  if (axis.type === 'date') return dateTicks(low, high, wanted).filter(inside);
  const stated = axis.settings['dtick'];
  const most = typeof axis.settings['nticks'] === 'number' ? Math.max(2, axis.settings['nticks']) : wanted;
  const step =
    typeof stated === 'number' && stated > 0 && (high - low) / stated <= 60
      ? stated
      : niceStep((high - low) / Math.max(1, most));
  return linearTicks(low, high, step);
}

/** The nearest of 1, 2 and 5 times a power of ten that is not less. */
export function niceStep(least: number): number {
  if (!(least > 0) || !Number.isFinite(least)) return 1;
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5, 10].find((f) => f * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
}

function linearTicks(low: number, high: number, step: number): Tick[] {
  const ticks: Tick[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9 && ticks.length < 100; i++)
    ticks.push({ at: i * step, text: tickText(i * step, step) });
  return ticks;
}

function tickText(value: number, step: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e6 || step < 1e-5)) return numberText(value);
  const digits = Math.max(0, Math.min(8, -Math.floor(Math.log10(step) + 1e-9)));
  const text = value.toFixed(digits);
  return (Number(text) === 0 ? (0).toFixed(digits) : text).replace('-', '−');
}

/** At most four digits; far from one with an exponent. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  const text =
    size !== 0 && (size < 1e-4 || size >= 1e6)
      ? value
          .toExponential(2)
          .replace(/\.?0+e/, 'e')
          .replace('e+', 'e')
      : String(Number(value.toPrecision(4)));
  return text.replaceAll('-', '−');
}

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';
const power = (exponent: number): string => {
  if (exponent >= -3 && exponent <= 4) return String(Number((10 ** exponent).toPrecision(1)));
  const digits = [...String(Math.abs(exponent))].map((d) => SUPERSCRIPTS[Number(d)]!).join('');
  return `10${exponent < 0 ? '⁻' : ''}${digits}`;
};

function logTicks(low: number, high: number, wanted: number): Tick[] {
  const decades = high - low;
  if (decades < 1) {
    // Less than a decade: the values themselves, evenly chosen
    const [a, b] = [10 ** low, 10 ** high];
    return linearTicks(a, b, niceStep((b - a) / wanted)).map(({ at, text }) => ({ at: Math.log10(at), text }));
  }
  const every = Math.max(1, Math.ceil(decades / Math.max(1, wanted)));
  const ticks: Tick[] = [];
  for (let e = Math.ceil(low - 1e-9); e <= high + 1e-9; e++) if (e % every === 0) ticks.push({ at: e, text: power(e) });
  if (ticks.length > 1) return ticks;
  for (let e = Math.floor(low); e <= high; e++)
    for (const m of [2, 5])
      ticks.push({ at: e + Math.log10(m), text: e >= -4 && e < 6 ? numberText(m * 10 ** e) : '' });
  return ticks.sort((a, b) => a.at - b.at);
}

const DAY = 86_400_000;

function dateTicks(low: number, high: number, wanted: number): Tick[] {
  const steps = [
    1000,
    60_000,
    300_000,
    900_000,
    3_600_000,
    6 * 3_600_000,
    DAY,
    7 * DAY,
    30 * DAY,
    91 * DAY,
    365.25 * DAY,
  ];
  const step =
    steps.find((s) => (high - low) / s <= wanted) ?? niceStep((high - low) / wanted / (365.25 * DAY)) * 365.25 * DAY;
  const ticks: Tick[] = [];
  for (let at = Math.ceil(low / step) * step; at <= high && ticks.length < 40; at += step) {
    const iso = new Date(at).toISOString();
    ticks.push({ at, text: step >= DAY ? iso.slice(0, 10) : iso.slice(11, step < 60_000 ? 19 : 16) });
  }
  return ticks;
}

// Numbers as text: short for summaries, exact for single values. The minus sign is U+2212.

const MINUS = '\u2212';

/**
 * At most `digits` significant digits, with an exponent if the number is long: `0.123`, `12,300`, `1.2e−9`, `NaN`,
 * `+∞`.
 */
export function shortNumber(value: number, digits = 4): string {
  const special = specialNumber(value);
  if (special !== undefined) return special;
  const size = Math.abs(value);
  const plain = value === 0 || (size >= 1e-4 && size < 1e6);
  const text = plain
    ? Number(value.toPrecision(digits)).toLocaleString('en', { maximumSignificantDigits: digits })
    : value
        .toExponential(digits - 1)
        .replace(/\.?0+(?=e)/, '')
        .replace('e+', 'e');
  return text.replaceAll('-', MINUS);
}

/**
 * The fewest digits that read back as the same value: for float32 `0.1`, not `0.10000000149011612`.
 * @param dtype of its tensor
 */
export function exactNumber(value: number | bigint, dtype: string): string {
  if (typeof value === 'bigint') return String(value).replace('-', MINUS);
  const special = specialNumber(value);
  if (special !== undefined) return special;
  let exact = value;
  if (dtype === 'float32' || dtype === 'float16' || dtype === 'complex64')
    for (let digits = 1; digits <= 9; digits++) {
      exact = Number(value.toPrecision(digits));
      if (Math.fround(exact) === value) break;
    }
  return (Object.is(value, -0) ? '-0' : String(exact)).replaceAll('-', MINUS).replace('e+', 'e');
}

function specialNumber(value: number): string | undefined {
  if (Number.isNaN(value)) return 'NaN';
  return Number.isFinite(value) ? undefined : value > 0 ? '+∞' : `${MINUS}∞`;
}

/** A count with separators: `10,000,000`. */
export const count = (n: number): string => n.toLocaleString('en');

/** `1 value`, `2 values`. */
export const plural = (n: number, noun: string): string => `${count(n)} ${noun}${n === 1 ? '' : 's'}`;

/** A size in bytes: `512 B`, `31.4 kB`, `40 MB`. */
export function byteSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3));
  return `${shortNumber(bytes / 1000 ** power, 3)} ${units[power]}`;
}

/** `1st`, `2nd`, `3rd`, `40th`. */
export function ordinal(n: number): string {
  const tail = n % 100 >= 11 && n % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${count(n)}${tail}`;
}

/** `12.3/s`, or `4.1 s each` below one per second. */
export function rateText(rate: number): string {
  const digits = (n: number) => (n >= 100 ? Math.round(n).toLocaleString('en') : n.toPrecision(3));
  return rate < 1 ? `${digits(1 / rate)} s each` : `${digits(rate)}/s`;
}

/** `0:07`, `1:02:09` */
export function clockText(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (n: number) => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** `0.3 s`, or {@link clockText} from 10 seconds on. */
export const durationText = (seconds: number) => (seconds < 10 ? `${seconds.toFixed(1)} s` : clockText(seconds));

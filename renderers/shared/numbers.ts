// Times and rates as text.

/** `12.3/s`, or `4.1 s each` for what takes longer than a second. */
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

/** `0.3 s`, or as {@link clockText} where it was long. */
export const durationText = (seconds: number) => (seconds < 10 ? `${seconds.toFixed(1)} s` : clockText(seconds));

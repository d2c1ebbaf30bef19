// The first line: facts about all values of a tensor, also if only a part of it is drawn.
import { sizeOf, sizeOfPart, type AxisRange, type TensorHeader } from '../../kernel/wire/tensor.ts';
import { element } from '../shared/dom.ts';
import { byteSize, count, ordinal, plural, shortNumber } from '../shared/numbers.ts';
import { isWorthDrawing, sparkline } from '../shared/sparkline.ts';

/** Type, shape, size, device, range, moments, histogram, and counts of NaN, infinities and zeros. */
export function summaryLine(header: TensorHeader): HTMLElement {
  const line = element('div', 'summary');
  const fact = (className: string, text: string) => line.append(element('span', className, text));
  fact('dtype', header.dtype);
  fact('shape', `[${header.shape.join(', ')}]`);
  fact('fact', byteSize(header.bytes));
  if (header.device) fact('fact', header.device);
  const { statistics } = header;
  // Statistics of a scalar add nothing to its value
  if (!statistics || header.shape.length === 0) return line;
  const { min, max, mean, std, histogram } = statistics;
  if (min !== undefined && max !== undefined)
    fact('fact', `${header.dtype === 'complex64' ? 'magnitude ' : ''}${shortNumber(min)} … ${shortNumber(max)}`);
  if (mean !== undefined) fact('fact', `mean ${shortNumber(mean)}${std === undefined ? '' : ` ± ${shortNumber(std)}`}`);
  if (isWorthDrawing(histogram)) line.append(sparkline(histogram, min!, max!));
  for (const [n, name] of [
    [statistics.nan, 'NaN'],
    [statistics.positiveInfinity, '+∞'],
    [statistics.negativeInfinity, '\u2212∞'],
  ] as const)
    if (n > 0) fact('fact warning', `${count(n)} ${name}`);
  if (statistics.zeros > 0) fact('fact', plural(statistics.zeros, 'zero'));
  return line;
}

/** Says in one sentence which part of a tensor is shown; undefined if it is the whole. */
export function describePart({ shape, textsCut }: TensorHeader, axes: readonly AxisRange[]): string | undefined {
  const parts = axes.flatMap(({ start, step, count: held }, axis) => {
    if (held === shape[axis]) return [];
    const last = start + (held - 1) * step;
    const whole = start === 0 && last + step >= shape[axis]!;
    if (step === 1)
      return held === 1 ? `index ${count(start)} of axis ${axis}` : `${count(start)}…${count(last)} of axis ${axis}`;
    return `every ${ordinal(step)} of axis ${axis}${whole ? '' : ` from ${count(start)} to ${count(last)}`}`;
  });
  const cut = textsCut ? ' Long texts are cut.' : '';
  if (parts.length === 0) return cut.trim() || undefined;
  return `Shows ${parts.join(', ')}: ${count(sizeOfPart(axes))} of ${count(sizeOf(shape))} values.${cut}`;
}

// viz.text: tokens, words or characters, each colored by a number.
import { DISPLAY, type Displayable } from '../../wire/displayable.ts';
import { TEXT } from '../../wire/mime.ts';
import type { ColoredText } from '../../wire/text.ts';
import { checkOptions, shown, type OptionNames } from '../options.ts';
import { extent, readVector, type Vector } from './arrays.ts';
import { rangeOption, short } from './figure.ts';

/** Options of {@link text}. */
export interface ColoredTextOptions {
  title?: string;
  /** Label of the numbers. */
  valueLabel?: string;
  /** The numbers at both ends of the color scale; all values by default, from 0 if they are not negative. */
  range?: readonly [number, number];
  /** Make the range reach equally far to both sides of zero; on by default if there are values on both sides. */
  symmetric?: boolean;
  /** What stands between two tokens: nothing for characters and tokens that hold their spaces, the default; else `' '`. */
  separator?: string;
  /** A text for each token that its hover shows, [n]: for example the most probable tokens in its place. */
  notes?: readonly string[];
}

const TEXT_OPTIONS: OptionNames<ColoredTextOptions> = {
  title: 'text',
  valueLabel: 'text',
  range: true,
  symmetric: 'boolean',
  separator: 'text',
  notes: true,
};

/** More tokens are left out; the text says how many. */
const MOST_TOKENS = 20_000;

/** A text with its colors; displays itself. */
export class TextFigure implements Displayable {
  constructor(readonly colored: ColoredText) {}

  /** The text with the value of each token in parentheses behind it. */
  get text(): string {
    const { title, tokens, values, low, high, valueLabel } = this.colored;
    const head = `${title === undefined ? 'Text' : `Text "${title}"`}: ${tokens.length} tokens, ${valueLabel ?? 'colored'} from ${short(low)} to ${short(high)}`;
    const some = tokens.slice(0, 200).map((token, i) => `${token}(${values[i] === null ? '–' : short(values[i]!)})`);
    return `${head}\n${some.join('')}${tokens.length > 200 ? '…' : ''}`;
  }

  [DISPLAY](): Record<string, unknown> {
    return { [TEXT]: this.colored, 'text/plain': this.text };
  }
}

/**
 * Shows a text whose tokens are colored by numbers: the surprise of a language model at each character, the gradient at
 * each word, where attention goes. The hover of a token tells its number.
 *
 * ```ts
 * import { viz } from 'dlnb';
 * const probabilities = [0.2, 0.9, 0.8, 0.05, 0.7];
 * viz.text('hello', probabilities.map((p) => -Math.log2(p)), { valueLabel: 'surprise, bits' });
 * ```
 * @param tokens a list of texts, or one text, whose tokens are its characters
 * @param values a number for each token, [n]; NaN leaves it without a color
 * @throws TypeError or RangeError if the tokens are no texts, or not as many as the values
 */
export function text(tokens: readonly string[] | string, values: Vector, options: ColoredTextOptions = {}): TextFigure {
  const where = 'viz.text';
  checkOptions(where, options, TEXT_OPTIONS);
  const list: readonly unknown[] = typeof tokens === 'string' ? [...tokens] : tokens;
  if (!Array.isArray(list))
    throw new TypeError(`${where}: tokens must be a text or a list of texts, got ${shown(tokens)}`);
  const wrong = list.findIndex((token) => typeof token !== 'string');
  if (wrong >= 0)
    throw new TypeError(`${where}: tokens must be texts, and token ${wrong} is ${shown(list[wrong])}; use String(…)`);
  const numbers = readVector(values, `${where}: values`);
  const noun = typeof tokens === 'string' ? 'character' : 'token';
  if (numbers.length !== list.length)
    throw new RangeError(
      `${where}: there must be one value for each ${noun}, got ${numbers.length} for ${list.length}`,
    );
  const { notes, separator = '' } = options;
  if (notes && notes.length !== list.length)
    throw new RangeError(`${where}: notes must hold one text for each ${noun}, got ${notes.length} for ${list.length}`);
  const found = extent(numbers) ?? [0, 1];
  const both = found[0] < 0 && found[1] > 0;
  let [low, high] = rangeOption(options.range, `${where}: range`) ?? [found[0] > 0 ? 0 : found[0], found[1]];
  if (options.symmetric ?? (both && !options.range)) {
    const most = Math.max(Math.abs(low), Math.abs(high)) || 1;
    [low, high] = [-most, most];
  }
  if (low === high) high = low + 1;
  const cut = list.slice(0, MOST_TOKENS) as string[];
  const left = list.length - cut.length;
  return new TextFigure({
    version: 1,
    ...(options.title !== undefined && { title: options.title }),
    tokens: [
      ...cut.map((token, i) => (i < list.length - 1 ? token + separator : token)),
      ...(left > 0 ? [` … and ${left} more`] : []),
    ],
    values: [
      ...Array.from(numbers.subarray(0, MOST_TOKENS), (v) => (Number.isFinite(v) ? rounded(v) : null)),
      ...(left > 0 ? [null] : []),
    ],
    ...{ low, high, colors: low < 0 && high > 0 ? 'diverging' : 'sequential' },
    ...(options.valueLabel !== undefined && { valueLabel: options.valueLabel }),
    ...(notes && { notes: [...notes.slice(0, MOST_TOKENS).map(String), ...(left > 0 ? [''] : [])] }),
  });
}

/** Six digits: the file of a notebook need not hold more. */
const rounded = (v: number): number => Number(v.toPrecision(6));

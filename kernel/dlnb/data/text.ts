// `data.text`: a text in English for language models, as characters with numbers.
import { checkCount, checkOptions, shown, type OptionNames } from '../options.ts';
import { STORY } from './story.ts';

/** A text, and its characters as numbers. */
export interface TextSet {
  /** The text. A new line ends a paragraph. */
  text: string;
  /** The different characters, in the order of their codes: the number of a character is its place here. */
  symbols: string[];
  /** The text as numbers of characters: `[text.length]`. */
  tokens: Int32Array;
  /**
   * Numbers of the characters of a text.
   * @throws RangeError for a character that is not in `symbols`
   * @example
   * ```ts
   * const { encode, decode } = data.text({ from: 'hello' });
   * decode(encode('hole')); // → 'hole'
   * ```
   */
  encode(text: string): Int32Array;
  /**
   * The text of numbers.
   * @throws RangeError for a number that is no character
   * @example
   * ```ts
   * const { tokens, decode } = data.text({ from: 'hello' });
   * decode(tokens.slice(1)); // → 'ello'
   * ```
   */
  decode(tokens: ArrayLike<number>): string;
}

/** Options of {@link text}. */
export interface TextOptions {
  /** Another text than the one of this project, such as a file that was read. */
  from?: string;
  /** Number of characters, from the first; all by default. */
  length?: number;
  /** Make all letters small; false by default. */
  lowerCase?: boolean;
}

const OPTIONS: OptionNames<TextOptions> = { from: 'text', length: 'number', lowerCase: 'boolean' };

/**
 * A story of about 20,000 characters that was written for this project, or another text, with its characters as numbers:
 * `const { tokens, symbols } = data.text()`. For an embedding or one-hot rows, and for targets that are the next
 * character: `tokens.slice(1)`.
 * @throws RangeError for an option that is out of range or a text that is empty
 * @example
 * ```ts
 * const { tokens, symbols, decode } = data.text({ length: 200, lowerCase: true });
 * decode(tokens.slice(0, 60));
 * ```
 */
export function text(options: TextOptions = {}): TextSet {
  checkOptions('text', options, OPTIONS);
  const { from = story(), length = Infinity, lowerCase = false } = options;
  if (length !== Infinity) checkCount('text', 'length', length);
  if (from === '') throw new RangeError('text: the text is empty');
  // By characters, of which some are two units of a string
  const characters = Array.from(lowerCase ? from.toLowerCase() : from).slice(0, length);
  const symbols = [...new Set(characters)].sort();
  const numbers = new Map(symbols.map((symbol, k) => [symbol, k]));
  const encode = (some: string) => {
    if (typeof some !== 'string') throw new TypeError(`encode: the argument must be a text, got ${shown(some)}`);
    return Int32Array.from(Array.from(some), (symbol) => {
      const number = numbers.get(symbol);
      if (number === undefined)
        throw new RangeError(`encode: the character ${JSON.stringify(symbol)} is not in the text, whose characters are ${JSON.stringify(symbols.join(''))}`); // prettier-ignore
      return number;
    });
  };
  const decode = (tokens: ArrayLike<number>) =>
    Array.from(tokens, (token) => {
      const symbol = symbols[token];
      if (symbol === undefined)
        throw new RangeError(`decode: there is no character ${shown(token)}; there are ${symbols.length}`);
      return symbol;
    }).join('');
  const whole = characters.join('');
  return { text: whole, symbols, tokens: encode(whole), encode, decode };
}

/** The story, a paragraph on each line. */
const story = () =>
  STORY.trim()
    .split('\n\n')
    .map((paragraph) => paragraph.replaceAll('\n', ' '))
    .join('\n');

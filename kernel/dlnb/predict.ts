// Predictions before a run, drawn beside what came.
import { html, svg } from '../outputs/html.ts';
import { DISPLAY, type Displayable } from '../wire/displayable.ts';
import { checkNumber, shown } from './options.ts';

/** A prediction. Displayed, it shows the question and the guess. */
export interface Prediction<G extends number | string> extends Displayable {
  /** The guess; undefined as long as there is none. */
  readonly guess: G | undefined;
  /**
   * Shows what came beside the guess.
   * @example
   * ```ts
   * const guess = predict('which is larger?', ['sin 1', 'cos 1'], 'sin 1');
   * guess.result('sin 1');
   * ```
   */
  result(value: G): Displayable;
}

/** The function `predict` of a session. */
export interface PredictFunction {
  /**
   * Asks for a number before a run: `const p = predict('final test error, %', [0, 100], 30)`, and after it
   * `p.result(error)` draws both on the range. Write the guess as the third argument.
   * @throws RangeError for a guess that is not in the range
   * @example
   * ```ts
   * const guess = predict('test accuracy, %', [0, 100], 80);
   * // … the run …
   * guess.result(93.5);
   * ```
   */
  (question: string, range: readonly [low: number, high: number], guess?: number): Prediction<number>;
  /** Asks which of several: `predict('the fastest', ['SGD', 'Adam'], 'Adam')`. */
  <C extends string>(question: string, choices: readonly C[], guess?: C): Prediction<C>;
}

const WIDTH = 480;
const HEIGHT = 64;
const MARGIN = 24;
const digits = (v: number) => Number(v.toPrecision(4)).toString();
const open = (question: string) =>
  `Predict first: ${question}. Write your guess as the third argument, and run the cell again.`;

function displayed(markup: string, text: string): Displayable {
  return { [DISPLAY]: () => ({ 'text/html': markup, 'text/plain': text }) };
}

/** The guess and what came, on the range. */
function line(question: string, [low, high]: readonly [number, number], guess: number | undefined, came?: number) {
  const at = (v: number) => MARGIN + ((Math.min(high, Math.max(low, v)) - low) / (high - low)) * (WIDTH - 2 * MARGIN);
  const ink = 'currentColor';
  const mark = (v: number, name: string, up: boolean) => {
    const x = at(v);
    const y = up ? 14 : 60;
    const anchor = x < 80 ? 'start' : x > WIDTH - 80 ? 'end' : 'middle';
    return svg`<circle cx="${x}" cy="34" r="6" fill="${up ? 'none' : ink}" stroke="${ink}" stroke-width="2"/>
<text x="${x}" y="${y}" text-anchor="${anchor}" fill="${ink}" font-size="12">${name} ${digits(v)}</text>`;
  };
  const between =
    guess !== undefined && came !== undefined
      ? svg`<line x1="${at(guess)}" x2="${at(came)}" y1="34" y2="34" stroke="${ink}" stroke-width="4" opacity="0.4"/>`
      : undefined;
  return svg`<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${question}">
<line x1="${MARGIN}" x2="${WIDTH - MARGIN}" y1="34" y2="34" stroke="${ink}" opacity="0.5"/>
<text x="0" y="52" fill="${ink}" font-size="11" opacity="0.7">${digits(low)}</text>
<text x="${WIDTH}" y="52" text-anchor="end" fill="${ink}" font-size="11" opacity="0.7">${digits(high)}</text>
${between}${guess !== undefined && mark(guess, 'guess', true)}${came !== undefined && mark(came, 'came', false)}</svg>`;
}

function ofNumber(question: string, range: readonly [number, number], guess: number | undefined): Prediction<number> {
  const [low, high] = range;
  if (!Number.isFinite(low) || !Number.isFinite(high) || !(low < high))
    throw new RangeError(`predict: the range must be two numbers, the lower one first, got ${shown(range)}`);
  if (guess !== undefined) checkNumber('predict', 'the guess', guess, low, high);
  const draw = (came: number | undefined, text: string) =>
    displayed(
      html`<div class="dlnb-predict">
        <div>${text}</div>
        ${line(question, range, guess, came)}
      </div>`.text,
      text,
    );
  return {
    guess,
    ...draw(undefined, guess === undefined ? open(question) : `${question}: you guess ${digits(guess)}`),
    result(came) {
      if (typeof came !== 'number') throw new TypeError(`predict: what came must be a number, got ${shown(came)}`);
      const was = `${question}: ${digits(came)}`;
      if (guess === undefined) return draw(came, `${was}. There was no guess.`);
      return draw(came, `${was}, you guessed ${digits(guess)}: off by ${digits(Math.abs(came - guess))}`);
    },
  };
}

function ofChoice<C extends string>(question: string, choices: readonly C[], guess: C | undefined): Prediction<C> {
  const list = choices.map((c) => JSON.stringify(c)).join(', ');
  const known = (value: C, what: string) => {
    if (!choices.includes(value)) throw new RangeError(`predict: ${what} must be one of ${list}, got ${shown(value)}`);
  };
  if (guess !== undefined) known(guess, 'the guess');
  const draw = (text: string) => displayed(html`<div class="dlnb-predict">${text}</div>`.text, text);
  return {
    guess,
    ...draw(guess === undefined ? `${open(question)} One of ${list}.` : `${question}: you guess "${guess}"`),
    result(came) {
      known(came, 'what came');
      if (guess === undefined) return draw(`${question}: "${came}". There was no guess.`);
      return draw(`${guess === came ? '✓' : '✗'} ${question}: "${came}", you guessed "${guess}"`);
    },
  };
}

/** Makes `predict`. */
export const predict = ((question: string, from: readonly unknown[], guess?: never) => {
  if (typeof question !== 'string' || question === '')
    throw new TypeError(`predict: the question must be a text, got ${shown(question)}`);
  if (!Array.isArray(from) || from.length < 2)
    throw new TypeError(`predict: the second argument must be a range [0, 100] or a list of texts, got ${shown(from)}`);
  if (from.every((c) => typeof c === 'string')) return ofChoice(question, from as string[], guess);
  if (from.length === 2 && from.every((v) => typeof v === 'number'))
    return ofNumber(question, from as unknown as [number, number], guess);
  throw new TypeError(`predict: the second argument must be a range [0, 100] or a list of texts, got ${shown(from)}`);
}) as PredictFunction;

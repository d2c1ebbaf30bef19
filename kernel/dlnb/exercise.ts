// Exercises: a task with a stub, a verdict from hidden tests, a hint after two failures, and a folded solution.
import { html } from '../outputs/html.ts';
import { EXERCISE } from '../wire/course.ts';
import { DISPLAY, type Displayable } from '../wire/displayable.ts';
import type { Claims } from './claims.ts';
import { checkOptions, shown, type OptionNames } from './options.ts';

/** Options of `exercise`. */
export interface ExerciseOptions<F = (...args: never[]) => unknown> {
  /** The task, one or a few sentences. */
  task?: string;
  /** Code to begin with, to be copied into a cell. */
  stub?: string;
  /** Shown after two failures. */
  hint?: string;
  /** A function that passes, or its text: folded. */
  solution?: string | F;
}

const EXERCISE_OPTIONS: OptionNames<ExerciseOptions> = { task: 'text', stub: 'text', hint: 'text', solution: true };
/** Failures after which the hint is shown. */
const UNTIL_HINT = 2;

/** What a try has shown. Displayed, it says so. */
export interface Verdict extends Displayable {
  /** Whether all tests have passed. */
  solved: boolean;
  /** Failures so far, with this one. */
  failures: number;
  /** What was wrong, if it was. */
  message: string | undefined;
}

/** An exercise. Displayed, it shows task, stub and solution. */
export interface Exercise<F> extends Displayable {
  /**
   * Tests an answer: `await softmax.try((z) => …)`. A wrong one is no error: the verdict says what is wrong, after two of
   * them with the hint.
   * @example
   * ```ts
   * const double = exercise('double', (f: (x: number) => number) => check.close(f(3), 6, 'twice 3 is 6'), {
   *   solution: (x: number) => 2 * x,
   * });
   * await double.try((x) => x + x);
   * double.solved; // → true
   * ```
   */
  try(answer: F): Promise<Verdict>;
  /** Whether an answer has passed. */
  readonly solved: boolean;
}

/** The function `exercise` of a session. */
export interface ExerciseFunction {
  /**
   * Makes an exercise: a task with a stub, tested by a function that throws or returns false for a wrong answer.
   * Shown, it is the task with its folded solution; `await double.try((x) => …)` in a cell of the reader gives a verdict.
   * Claims in the test are not counted.
   * @throws TypeError for an empty name, or a test that is no function
   * @example
   * ```ts
   * const double = exercise('double', (f: (x: number) => number) => check.close(f(3), 6, 'twice 3 is 6'), {
   *   task: 'Write a function that doubles a number.',
   *   solution: (x: number) => 2 * x,
   * });
   * await double.try((x) => x); // ✗ double: not yet
   * ```
   */
  <F = (...args: never[]) => unknown>(
    name: string,
    test: (answer: F) => unknown,
    options?: ExerciseOptions<F>,
  ): Exercise<F>;
  /**
   * For authors: tries the solution of every exercise made so far.
   * @throws Error that names the exercises whose solution does not pass, or is no function that could be tried
   * @example
   * ```ts
   * exercise('half', (f: (x: number) => number) => f(3) === 1.5, { solution: (x: number) => x / 2 });
   * await exercise.checkSolutions();
   * ```
   */
  checkSolutions(): Promise<void>;
}

const code = (text: string) => html`<pre style="margin: 4px 0"><code>${text}</code></pre>`;

/** Makes `exercise` for one session. */
export function makeExercise(claims: Claims): ExerciseFunction {
  /** Failures by the names of exercises: a cell that makes one again does not forget them. */
  const failed = new Map<string, number>();
  /** What is wrong with the solution of each exercise, by its name. */
  const faults = new Map<string, () => Promise<string | undefined>>();
  const exercise = <F>(name: string, test: (answer: F) => unknown, options: ExerciseOptions<F> = {}): Exercise<F> => {
    if (typeof name !== 'string' || name === '')
      throw new TypeError(`exercise: the name must be a text, got ${shown(name)}`);
    if (typeof test !== 'function')
      throw new TypeError(`exercise: the second argument must be a function that tests an answer, got ${shown(test)}`);
    checkOptions('exercise', options as ExerciseOptions, EXERCISE_OPTIONS);
    const { task, stub, hint, solution } = options;
    const answer = solution === undefined ? undefined : String(solution);
    faults.set(name, async () =>
      typeof solution === 'string' || solution === undefined
        ? 'its solution is no function'
        : failureOf(claims, test, solution),
    );
    let solved = false;
    const folded =
      answer &&
      html`<details>
        <summary>Solution</summary>
        ${code(answer)}
      </details>`;
    return {
      get solved() {
        return solved;
      },
      async try(given) {
        const message = await failureOf(claims, test, given);
        if (message === undefined) solved = true;
        else failed.set(name, (failed.get(name) ?? 0) + 1);
        const failures = failed.get(name) ?? 0;
        const help = message !== undefined && hint !== undefined && failures >= UNTIL_HINT ? hint : undefined;
        const line = message === undefined ? `✓ ${name}: solved` : `✗ ${name}: not yet. ${message}`;
        const color =
          message === undefined ? '--vscode-testing-iconPassed, #2e7d32' : '--vscode-testing-iconFailed, #c62828';
        const text = help === undefined ? line : `${line}\nHint: ${help}`;
        const markup = html`<div class="dlnb-exercise">
          <div><span style="color: var(${color})">${line.slice(0, 1)}</span> ${line.slice(1)}</div>
          ${help && html`<div>Hint: ${help}</div>`}${failures > 0 && folded}
        </div>`;
        const passed = message === undefined;
        const shows = { 'text/html': markup.text, 'text/plain': text, [EXERCISE]: { name, solved: passed } };
        return { solved: passed, failures, message, [DISPLAY]: () => shows };
      },
      [DISPLAY]: () => ({
        'text/html': html`<div class="dlnb-exercise">
          <b>Exercise: ${name}</b>${task && html`<div>${task}</div>`} ${stub && code(stub)}${folded}
        </div>`.text,
        'text/plain': [`Exercise: ${name}`, task, stub].filter(Boolean).join('\n'),
      }),
    };
  };
  const checkSolutions = async (): Promise<void> => {
    const wrong: string[] = [];
    for (const [name, faultOf] of faults) {
      const fault = await faultOf();
      if (fault !== undefined) wrong.push(`${name}: ${fault}`);
    }
    if (wrong.length > 0) throw new Error(`exercise.checkSolutions: ${wrong.join('; ')}`);
  };
  return Object.assign(exercise, { checkSolutions });
}

/** What is wrong with an answer; undefined if nothing is. */
async function failureOf<F>(claims: Claims, test: (answer: F) => unknown, answer: F): Promise<string | undefined> {
  if (answer === undefined || answer === null) return 'There is no answer yet.';
  try {
    const result = await claims.silently(() => test(answer));
    return result === false ? 'The test says that it is wrong.' : undefined;
  } catch (e) {
    // An interrupt is none of the answer's
    if ((e as Error | null)?.name === 'InterruptError') throw e;
    return e instanceof Error ? e.message : String(e);
  }
}

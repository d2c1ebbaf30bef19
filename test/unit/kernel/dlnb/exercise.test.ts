// `exercise`: verdict, hint after two failures, folded solution; its claims are its own.
import { describe, expect, it } from 'vitest';
import { makeCheck, type Check } from '../../../../kernel/dlnb/check.ts';
import { Claims } from '../../../../kernel/dlnb/claims.ts';
import { makeExercise } from '../../../../kernel/dlnb/exercise.ts';
import { DISPLAY, type Displayable } from '../../../../kernel/wire/displayable.ts';

const run = {};
const claims = new Claims({ run: () => run, cell: () => undefined, display: () => {} });
const check: Check = makeCheck(claims);
const exercise = makeExercise(claims);
const shown = (x: Displayable) => x[DISPLAY]() as Record<string, string>;
type Double = (x: number) => number;
const make = (name: string) =>
  exercise<Double>(name, (f) => check.close([f(1), f(3)], [2, 6], 'twice as much'), {
    task: 'Double a number.',
    stub: '(x: number): number => …',
    hint: 'add it to itself',
    solution: (x: number) => x + x,
  });

describe('an exercise', () => {
  it('shows task and stub, the solution folded', () => {
    const html = shown(make('a'))['text/html']!;
    for (const text of ['Exercise: a', 'Double a number.', '(x: number): number', '<summary>Solution'])
      expect(html).toContain(text);
    expect(html).not.toContain('add it to itself');
  });

  it('gives a verdict, a hint from the second failure on, also if its cell has run again', async () => {
    const first = await make('b').try((x) => x * x);
    expect(first).toMatchObject({ solved: false, failures: 1 });
    expect(shown(first)['text/plain']).toBe(
      '✗ b: not yet. This should hold: twice as much. number 0 is 1, expected 2 (tolerance 0.000001)'.replace(
        '0.000001',
        String(1e-6),
      ),
    );
    const again = make('b');
    const second = await again.try(() => { throw new Error('unfinished'); }); // prettier-ignore
    expect(shown(second)['text/plain']).toBe('✗ b: not yet. unfinished\nHint: add it to itself');
    expect(again.solved).toBe(false);
    const third = await again.try((x) => 2 * x);
    expect([third.solved, again.solved, third.message]).toEqual([true, true, undefined]);
    expect(shown(third)['text/plain']).toBe('✓ b: solved');
    // Claims of tests are none of the notebook's
    expect(check.count).toBe(0);
  });

  it('takes tests that wait, and such as return false', async () => {
    const waits = exercise<number>('c', async (n) => { await Promise.resolve(); return n === 3; }); // prettier-ignore
    expect((await waits.try(4)).solved).toBe(false);
    expect((await waits.try(undefined as never)).message).toMatch(/no answer/);
    expect((await waits.try(3)).solved).toBe(true);
  });

  it('refuses what is no name, test or option', () => {
    expect(() => exercise('', () => {})).toThrow(/the name must be a text/);
    expect(() => exercise('d', 3 as never)).toThrow(/must be a function that tests/);
    expect(() => exercise('d', () => {}, { tip: 'x' } as never)).toThrow(/no option "tip"/);
  });
});

describe('the solutions of exercises', () => {
  it('are tried, and those that do not pass are named', async () => {
    const own = makeExercise(claims);
    own<Double>('right', (f) => check.close(f(3), 6, 'twice 3 is 6'), { solution: (x) => 2 * x });
    await own.checkSolutions();
    own<Double>('wrong', (f) => check.close(f(3), 6, 'twice 3 is 6'), { solution: (x) => 3 * x });
    own<Double>('text', (f) => f(3) === 6, { solution: '(x) => 2 * x' });
    own<Double>('none', (f) => f(3) === 6);
    await expect(own.checkSolutions()).rejects.toThrow(
      /^exercise\.checkSolutions: wrong: .*twice 3 is 6.*; text: its solution is no function; none: its solution is no function$/,
    );
  });
});

// The progress of a course: what is read of outputs, the order of the notebooks, and what is not counted twice.
import { describe, expect, it } from 'vitest';
import { makeCheck, type Check } from '../../../../../kernel/dlnb/check.ts';
import { Claims } from '../../../../../kernel/dlnb/claims.ts';
import { makeExercise } from '../../../../../kernel/dlnb/exercise.ts';
import {
  claimsText,
  courseOrder,
  courseTitle,
  exercisesText,
  progressOf,
  resultsByDataset,
  totalText,
} from '../../../../../kernel/host/client/course.ts';
import type { Json, Notebook, Output } from '../../../../../kernel/notebook/format/types.ts';
import { CLAIMS, EXERCISE, readMarks, RESULT } from '../../../../../kernel/wire/course.ts';
import { DISPLAY, type Displayable } from '../../../../../kernel/wire/displayable.ts';

const notebook = (...outputs: Output[]): Notebook => ({
  dlnb: 1,
  metadata: {},
  cells: [
    { id: 'm', kind: 'markdown', source: 'intro\n\n# The *net*' },
    { id: 'c', kind: 'code', language: 'typescript', source: '', outputs },
  ],
});
const item = (mime: string, json: Json): Output => ({
  items: [
    { mime: 'text/html', text: '' },
    { mime, json },
  ],
});
const claims = (...list: [string, boolean][]) =>
  item(CLAIMS, { claims: list.map(([claim, holds]) => ({ claim, holds })) });

describe('the progress of a notebook', () => {
  it('counts each claim and each exercise once', () => {
    const progress = progressOf(
      'net.dlnb',
      notebook(
        claims(['a', true], ['b', false]),
        claims(['b', true], ['c', false]),
        item(EXERCISE, { name: 'e', solved: true }),
        item(EXERCISE, { name: 'e', solved: false }),
        item(EXERCISE, { name: 'f', solved: false }),
      ),
    );
    expect(progress).toMatchObject({ title: 'The net', ran: true });
    expect(progress.claims.map(({ claim, holds }) => `${claim} ${holds}`)).toEqual(['a true', 'b true', 'c false']);
    expect([claimsText(progress), exercisesText(progress)]).toEqual(['1 of 3 wrong', '1 of 2']);
    expect(totalText([progress, progressOf('x.dlnb', notebook())])).toBe(
      '1 of 2 notebooks have run, 2 claims held, 1 wrong, 1 of 2 exercises solved',
    );
  });

  it('is read from what check and exercise show', async () => {
    const shown: Displayable[] = [];
    const run = {};
    const all = new Claims({ run: () => run, cell: () => undefined, display: (value) => void shown.push(value) });
    const check: Check = makeCheck(all);
    check(true, 'it holds');
    await Promise.resolve();
    expect(() => check(false, 'it does not')).toThrow();
    await Promise.resolve();
    check.result('MNIST-1D', { model: 'm', parameters: 5, error: 7.25, note: 'n' });
    shown.push(await makeExercise(all)<number>('one', (n) => n === 1).try(1));
    const outputs = shown.map((value) => {
      const items = Object.entries(value[DISPLAY]() as Record<string, Json>);
      return {
        items: items.map(([mime, content]) =>
          typeof content === 'string' ? { mime, text: content } : { mime, json: content },
        ),
      };
    });
    const progress = progressOf('n.dlnb', notebook(...outputs));
    expect(progress.claims).toEqual([
      { claim: 'it holds', holds: true },
      { claim: 'it does not', holds: false },
    ]);
    expect(progress.exercises).toEqual([{ name: 'one', solved: true }]);
    expect(progress.results).toEqual([{ dataset: 'MNIST-1D', model: 'm', parameters: 5, error: 7.25, note: 'n' }]);
  });

  it.each([
    [CLAIMS, null],
    [CLAIMS, { claims: 'x' }],
    [CLAIMS, { claims: [1, { claim: 'a' }, { claim: 3, holds: true }] }],
    [EXERCISE, { name: 'a', solved: 1 }],
    [RESULT, { dataset: 'a', model: 'b', parameters: 'x', error: 1 }],
    ['text/plain', { claims: [{ claim: 'a', holds: true }] }],
  ])('ignores what has not the right form: %s %j', (mime, json) => {
    const { claims: list = [], ...more } = readMarks(mime, json);
    expect([list, more]).toEqual([[], {}]);
  });
});

describe('a course', () => {
  it('has the order of the links in its README.md, then that of the names', () => {
    const readme = '[b](b.dlnb), [again](./b.dlnb#x), [gone](gone.dlnb), [a b](<a%20b.dlnb>)';
    expect(courseOrder(['z.dlnb', 'a b.dlnb', 'README.md', 'a.dlnb', 'b.dlnb'], readme)).toEqual([
      'b.dlnb',
      'a b.dlnb',
      'a.dlnb',
      'z.dlnb',
    ]);
  });

  it('has the title of its README.md', () => {
    expect(courseTitle('intro\n# My course #\n# Another')).toBe('My course');
    expect(courseTitle('## No title')).toBeUndefined();
  });

  it('collects results by data set, the smallest error first', () => {
    const result = (dataset: string, model: string, error: number) =>
      item(RESULT, { dataset, model, parameters: 1, error });
    const found = resultsByDataset([
      progressOf('1.dlnb', notebook(result('B', 'x', 3), result('A', 'y', 9))),
      progressOf('2.dlnb', notebook(result('A', 'z', 0.5))),
    ]);
    expect([...found].map(([set, list]) => [set, ...list.map((r) => `${r.model} ${r.file}`)])).toEqual([
      ['A', 'z 2.dlnb', 'y 1.dlnb'],
      ['B', 'x 1.dlnb'],
    ]);
  });
});

// Kept runs: what a recorder writes when it is asked to, and nothing else; lists, comparisons and removal.
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeTrain } from '../../../../../kernel/dlnb/train/index.ts';
import { readRuns, RUNS_FOLDER, summaryOf } from '../../../../../kernel/formats/run-files.ts';
import { DISPLAY } from '../../../../../kernel/wire/displayable.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'dlnb-runs-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A session, with a clock that the test moves. */
function session(notebook = 'a.dlnb') {
  let now = 0;
  const run = {};
  const { train, runEnded } = makeTrain(
    { clock: () => now, run: () => run, takeStop: () => false, send: () => {}, display: () => {} },
    () => undefined,
    {
      signal: () => new AbortController().signal,
      folder: () => '.',
      dataset: () => {
        throw new Error('no data');
      },
    },
    {
      display: () => {},
      startSeed: () => {},
      signal: () => new AbortController().signal,
      folder: () => folder,
      notebook: () => notebook,
      cell: () => 'cell 2',
      device: () => 'cpu',
      seed: () => 7,
    },
  );
  return {
    train,
    pass: (ms: number) => void (now += ms),
    end: (status: 'ok' | 'threw' | 'interrupted' = 'ok') => void runEnded(run, status),
  };
}
const where = () => path.join(folder, RUNS_FOLDER);
const files = () => (existsSync(where()) ? readdirSync(where()) : []);
/** Records steps and epochs. */
function training({ train }: ReturnType<typeof session>, name: string, options: object, values = [0.5, 0.3]) {
  const run = train.record(name, options);
  for (const value of values) {
    run.step({ loss: value });
    run.epoch({ val_loss: value + 0.1 });
  }
  run.end();
}

describe('a run', () => {
  it('is kept only if it is asked for', () => {
    const s = session();
    training(s, 'a', {});
    expect(existsSync(path.join(folder, '.dlnb'))).toBe(false);
    training(s, 'a', { run: 'kept', hyperparameters: { rate: 0.1 }, title: 'T' });
    expect(files()).toHaveLength(1);
    expect(readRuns(folder)[0]!.start).toMatchObject({
      ...{
        name: 'kept',
        notebook: 'a.dlnb',
        cell: 'cell 2',
        device: 'cpu',
        seed: 7,
        title: 'T',
        options: { rate: 0.1 },
      },
      library: expect.stringMatching(/^\d/) as string,
    });
    s.train.runs.keep();
    training(s, 'every', {});
    s.train.runs.keep(false);
    training(s, 'none', {});
    expect(readRuns(folder).map(({ start }) => start.name)).toEqual(['kept', 'every']);
  });

  it('has its values, and how it ended', () => {
    const s = session();
    const run = s.train.record('r', { run: 'r' });
    for (const i of run.steps(4)) run.step({ loss: i, gradientNorm: NaN });
    expect(readRuns(folder).map(summaryOf)).toMatchObject([
      { steps: 4, ended: 'done', last: { loss: 3, gradientNorm: NaN } },
    ]);
    const failing = s.train.record('f', { run: 'f' });
    failing.step({ loss: 1 });
    s.end('threw');
    const interrupted = s.train.record('i', { run: 'i' });
    interrupted.step({ loss: 1 });
    s.end('interrupted');
    expect(s.train.runs.list().map(({ name, ended }) => [name, ended])).toEqual(
      expect.arrayContaining([['f', 'failed'], ['i', 'interrupted'], ['r', 'done']]), // prettier-ignore
    );
  });

  it('is on the disk while it runs, a half second behind at most', () => {
    const s = session();
    const run = s.train.record('r', { run: 'r' });
    for (let i = 0; i < 100; i++, s.pass(20)) run.step({ loss: i });
    const [so] = readRuns(folder);
    expect(so!.steps.length).toBeGreaterThan(70);
    expect(summaryOf(so!).ended).toBe('running');
    run.end();
    expect(readRuns(folder)[0]!.steps).toHaveLength(100);
  });

  it('of a million steps is a small file: later lines are means of many steps', () => {
    const s = session();
    const run = s.train.record('long', { run: 'long' });
    for (let i = 1; i <= 1_000_000; i++, s.pass(1)) run.step({ loss: i });
    run.end();
    const [file] = files();
    expect(statSync(path.join(where(), file!)).size).toBeLessThan(1_500_000);
    const [{ steps, end }] = readRuns(folder) as [ReturnType<typeof readRuns>[0]];
    expect(end).toMatchObject({ steps: 1_000_000 });
    expect(steps.length).toBeGreaterThan(5000);
    // The mean of the steps i is at the mean of their numbers
    for (const { step, values } of steps) expect(values['loss']! / step).toBeCloseTo(1, 6);
    expect(steps.slice(0, 3).map(({ step }) => step)).toEqual([1, 2, 3]);
  });

  it.each([
    [{ run: '' }, 'run must be a non-empty string'],
    [{ run: 5 }, 'run must be a text'],
    [{ run: 'a', hyperparameters: 5 }, 'hyperparameters must be an object'],
  ])('with %j is an error', (options, message) => {
    expect(() => session().train.record('a', options as never)).toThrow(message);
  });

  it('that cannot be kept says why before it begins', () => {
    writeFileSync(path.join(folder, '.dlnb'), 'a file');
    expect(() => session().train.record('a', { run: 'a' })).toThrow(
      /the run "a" cannot be kept in .*: a part of the path is a file\. Leave out the option "run"/,
    );
  });

  it.skipIf(process.getuid?.() === 0 || process.platform === 'win32')('in a folder without permission says so', () => {
    chmodSync(folder, 0o555);
    expect(() => session().train.record('a', { run: 'a' })).toThrow('permission denied');
    chmodSync(folder, 0o755);
  });

  it('whose file cannot be written any more goes on, and says so once', async () => {
    const s = session();
    const run = s.train.record('a', { run: 'a' });
    rmSync(where(), { recursive: true });
    const said: string[] = [];
    const listen = (w: Error) => void said.push(w.message);
    process.on('warning', listen);
    try {
      for (let i = 0; i < 5; i++, s.pass(600)) run.step({ loss: i });
      run.end();
      await new Promise((r) => setTimeout(r, 20));
    } finally {
      process.off('warning', listen);
    }
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/the run "a" is not kept from here on: the folder is gone \(/);
  });
});

describe('train.runs', () => {
  it('compares runs of several notebooks, by step, epoch or seconds', () => {
    training(session('a.dlnb'), 'adam', { run: 'adam' });
    training(session('b.dlnb'), 'adam', { run: 'adam' }, [0.9, 0.8]);
    training(session('b.dlnb'), 'sgd', { run: 'sgd' }, [0.9, NaN]);
    const { runs } = session().train;
    const figure = runs.compare({ metric: 'loss' });
    // Runs of the same millisecond have any order
    expect(figure.data.map(({ name }) => name).sort()).toEqual(['adam · a', 'adam · b', 'sgd · b']);
    const first = figure.data.find(({ name }) => name === 'adam · a')!;
    expect(Array.from(first['y'] as number[])).toEqual([0.5, 0.3]);
    expect(figure.text).toContain('adam · b: best loss 0.8');
    // Of all runs, so by default
    expect(runs.compare().layout).toMatchObject({ yaxis: { title: { text: 'val_loss' } } });
    expect(runs.compare({ metric: 'val_loss', x: 'epoch', last: 1 }).data.map(({ x }) => Array.from(x as number[]))).toEqual([[1, 2]]); // prettier-ignore
    expect(runs.compare({ names: ['sgd'] }).data).toHaveLength(1);
  });

  it('lists the newest first, as a table', () => {
    training(session(), 'first', { run: 'first' });
    const { runs } = session().train;
    expect((runs.list()[DISPLAY]() as { 'text/plain': string })['text/plain']).toMatch(
      /^1 run\nname +notebook +date .*\nfirst +a\.dlnb +\d{4}-\d\d-\d\d \d\d:\d\d +2 +val_loss 0\.4 +val_loss 0\.4/,
    );
  });

  it('removes by name, by id, before a date, or all', () => {
    const s = session();
    for (const name of ['a', 'b', 'b', 'c']) training(s, name, { run: name });
    const { runs } = s.train;
    expect(runs.remove('b')).toBe(2);
    expect(runs.remove(runs.list()[0]!.id)).toBe(1);
    expect(runs.remove({ before: '2020-01-01' })).toBe(0);
    expect(runs.remove({ all: true })).toBe(1);
    expect(files()).toEqual([]);
  });

  it('names what is wrong', () => {
    const s = session();
    const { runs } = s.train;
    expect(() => runs.compare()).toThrow('no runs are kept here yet');
    training(s, 'adam', { run: 'adam' });
    expect(() => runs.compare({ names: ['adm'] })).toThrow(
      'there is no run "adm"; there are adam; did you mean "adam"?',
    );
    expect(() => runs.compare({ metric: 'acc' })).toThrow('has "acc"; there are loss, val_loss');
    expect(() => runs.compare({ name: 'x' } as never)).toThrow('no option "name"');
    expect(() => runs.compare({ last: 0 })).toThrow('last must be an integer of at least 1');
    expect(() => runs.remove()).toThrow('name the runs to remove');
    expect(() => runs.remove({})).toThrow('{ all: true }');
    expect(() => runs.remove({ before: 'soon' })).toThrow('before must be a date');
    expect(() => runs.remove('x')).toThrow('there is no run "x"');
    expect(readFileSync(path.join(where(), files()[0]!), 'utf8')).toContain('"adam"');
  });
});

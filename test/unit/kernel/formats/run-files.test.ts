// The files of kept runs: what is written is read back, and what a crash or others have left is passed over.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  lastOf,
  lineOf,
  parseRun,
  readRuns,
  RUNS_FOLDER,
  summaryOf,
  type RunStart,
} from '../../../../kernel/formats/run-files.ts';

const start: RunStart = {
  version: 1,
  name: 'adam',
  notebook: 'a.dlnb',
  cell: 'cell 2',
  options: { rate: 0.1, nesterov: true, init: 'he', decay: null },
  device: 'cpu',
  seed: 3,
  library: '1.2.3',
  date: '2026-01-02T03:04:05.000Z',
  pid: process.pid,
  host: hostname(),
};
const step = (n: number, values: Record<string, number>) => lineOf.step({ step: n, seconds: n / 10, values });
const epoch = (n: number, values: Record<string, number>) =>
  lineOf.epoch({ epoch: n, step: 10 * n, seconds: n, values });
const end = lineOf.end({ state: 'done', steps: 20, epochs: 2, seconds: 2 });
const whole =
  lineOf.start(start) +
  step(1, { loss: 0.5 }) +
  epoch(1, { loss: 0.4, val_loss: 0.3 }) +
  epoch(2, { loss: 0.2, val_loss: 0.35 }) +
  end;

describe('a run', () => {
  it('is read as it was written', () => {
    const run = parseRun('id', whole)!;
    expect(run).toEqual({
      id: 'id',
      start,
      steps: [{ step: 1, seconds: 0.1, values: { loss: 0.5 } }],
      epochs: [
        { epoch: 1, step: 10, seconds: 1, values: { loss: 0.4, val_loss: 0.3 } },
        { epoch: 2, step: 20, seconds: 2, values: { loss: 0.2, val_loss: 0.35 } },
      ],
      end: { state: 'done', steps: 20, epochs: 2, seconds: 2 },
      passedOver: 0,
    });
    expect(summaryOf(run)).toMatchObject({
      name: 'adam',
      epochs: 2,
      steps: 20,
      seconds: 2,
      ended: 'done',
      best: { metric: 'val_loss', value: 0.3, epoch: 1 },
      last: { loss: 0.2, val_loss: 0.35 },
    });
    expect(lastOf(summaryOf(run))).toEqual({ metric: 'val_loss', value: 0.35 });
  });

  it('keeps NaN and infinite values', () => {
    const text = lineOf.start(start) + step(1, { a: NaN, b: Infinity, c: -Infinity, d: 1e-30 });
    expect(parseRun('id', text)!.steps[0]!.values).toEqual({ a: NaN, b: Infinity, c: -Infinity, d: 1e-30 });
  });

  it('cut anywhere is readable, with all its whole lines', () => {
    const first = whole.indexOf('\n');
    for (let length = first; length < whole.length; length++) {
      const run = parseRun('id', whole.slice(0, length))!;
      const lines = whole.slice(0, length).split('\n');
      const torn = lines.at(-1) !== '' && !whole.split('\n').includes(lines.at(-1)!);
      expect(run.passedOver).toBe(torn ? 1 : 0);
      expect(run.steps.length + run.epochs.length + (run.end ? 1 : 0)).toBe(
        lines.filter((line) => line !== '').length - 1 - (torn ? 1 : 0),
      );
    }
    expect(parseRun('id', whole.slice(0, first - 1))).toBeUndefined();
  });

  it('without an end runs as long as its process lives, and has crashed if not', () => {
    const ended = (change: Partial<RunStart>) =>
      summaryOf(parseRun('id', lineOf.start({ ...start, ...change }))!).ended;
    expect(ended({})).toBe('running');
    expect(ended({ pid: 2 ** 30 })).toBe('crashed');
    expect(ended({ host: 'elsewhere' })).toBe('crashed');
    expect(ended({ pid: -1 })).toBe('crashed');
  });

  it('that goes on after its end has not ended', () => {
    expect(parseRun('id', whole + step(21, { loss: 1 }))!.end).toBeUndefined();
    expect(parseRun('id', whole + step(21, { loss: 1 }) + end)!.end).toBeDefined();
  });

  it('is judged by what it monitors, of accuracies by the largest', () => {
    const text =
      lineOf.start({ ...start, monitor: 'val_acc' }) + epoch(1, { val_acc: 0.5 }) + epoch(2, { val_acc: 0.9 }) + epoch(3, { val_acc: NaN }); // prettier-ignore
    expect(summaryOf(parseRun('id', text)!).best).toEqual({ metric: 'val_acc', value: 0.9, epoch: 2 });
  });

  it.each([
    '',
    'x',
    '{}',
    '[]',
    'null',
    '{"start":1}',
    '{"start":{"version":2,"name":"a","date":"2026-01-01"}}',
    '{"start":{"version":1,"name":"a","date":"soon"}}',
  ])('is nothing that begins with %j', (line) => expect(parseRun('id', `${line}\n${end}`)).toBeUndefined());

  it('passes over lines of other kinds', () => {
    const strange = ['null', '7', '{"step":"1","seconds":1,"values":{}}', '{"step":1,"seconds":1,"values":null}', '{"end":{"state":"odd"}}']; // prettier-ignore
    expect(parseRun('id', `${lineOf.start(start)}${strange.join('\n')}\n`)!.passedOver).toBe(strange.length);
  });
});

it('a folder is read in the order of the dates, without what is no run', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'dlnb-runs-'));
  try {
    expect(readRuns(folder)).toEqual([]);
    const where = path.join(folder, RUNS_FOLDER);
    mkdirSync(where, { recursive: true });
    const write = (name: string, text: string) => writeFileSync(path.join(where, name), text);
    write('b.jsonl', lineOf.start({ ...start, name: 'old', date: '2025-01-01T00:00:00Z' }));
    write('a.jsonl', whole);
    write('c.jsonl', 'not a run');
    write('d.txt', whole);
    expect(readRuns(folder).map(({ id, start }) => [id, start.name])).toEqual([
      ['b', 'old'],
      ['a', 'adam'],
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

// When pictures of outputs are made, and what is sent.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Pictures, type PicturedRun } from '../../../../kernel/process/pictures.ts';
import { SUMMARY } from '../../../../kernel/wire/mime.ts';
import { MAX_PICTURES } from '../../../../kernel/wire/picture.ts';
import type { MimeItem, OutputEvent } from '../../../../kernel/wire/protocol.ts';

const drawn = (name: string): MimeItem => ({ mime: SUMMARY, json: name });
const display = (name: string, id?: string): OutputEvent => ({
  kind: 'display',
  bundle: [drawn(name)],
  ...(id !== undefined && { id }),
});
const update = (name: string, id: string): OutputEvent => ({ kind: 'update', id, bundle: [drawn(name)] });
const newRun = (): PicturedRun => ({ pictures: 0, ended: false });

/** A session whose pictures are made when the test says so. */
function session() {
  const asked: { name: unknown; done: (bytes?: Uint8Array) => void }[] = [];
  const sent: OutputEvent[] = [];
  const pictures = new Pictures(
    (item) => new Promise((resolve) => asked.push({ name: 'json' in item ? item.json : '', done: resolve })),
  );
  const take = (event: OutputEvent, run: PicturedRun) => pictures.announce(event, run, (e) => sent.push(e));
  return { asked, sent, pictures, take, names: () => asked.map(({ name }) => name) };
}

describe('pictures of outputs', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('are asked for at once where an output will not change, and numbered', async () => {
    const { take, asked, sent, pictures } = session();
    const run = newRun();
    expect(take(display('a'), run)).toEqual({ ...display('a'), picture: 1 });
    expect(asked).toHaveLength(1);
    const ended = pictures.runEnded(run);
    asked[0]!.done(new Uint8Array([7]));
    await ended;
    expect(sent).toEqual([{ kind: 'picture', picture: 1, item: { mime: 'image/png', bytes: new Uint8Array([7]) } }]);
  });

  it('are made of the last state of an output that changes, at the end of its run', () => {
    const { take, names, pictures } = session();
    const run = newRun();
    take(display('1', 'chart'), run);
    for (let i = 2; i < 50; i++) take(update(String(i), 'chart'), run);
    expect(names()).toEqual([]);
    void pictures.runEnded(run);
    expect(names()).toEqual(['49']);
    expect(run.pictures).toBe(1);
  });

  it('are made when an output has rested, if its run has ended before', () => {
    const { take, names, pictures } = session();
    const run = newRun();
    void pictures.runEnded(run);
    take(display('1', 'late'), run);
    vi.advanceTimersByTime(400);
    take(update('2', 'late'), run);
    vi.advanceTimersByTime(400);
    expect(names()).toEqual([]);
    vi.advanceTimersByTime(200);
    expect(names()).toEqual(['2']);
  });

  it('cost a run that draws nothing nothing', () => {
    const { take, asked, pictures } = session();
    const run = newRun();
    const text: OutputEvent = { kind: 'display', bundle: [{ mime: 'text/plain', text: '1' }] };
    expect(take(text, run)).toBe(text);
    expect(take({ kind: 'stream', name: 'stdout', text: 'x' }, run)).not.toHaveProperty('picture');
    expect([pictures.runEnded(run), asked.length]).toEqual([undefined, 0]);
  });

  it('are bounded in number for one run', () => {
    const { take, asked } = session();
    const run = newRun();
    const events = Array.from({ length: MAX_PICTURES + 20 }, (_, i) => take(display(String(i)), run));
    expect(asked).toHaveLength(MAX_PICTURES);
    expect(events.at(-1)).not.toHaveProperty('picture');
  });

  it('that cannot be made are answered, too', async () => {
    const { take, asked, sent, pictures } = session();
    const run = newRun();
    take(display('a'), run);
    const ended = pictures.runEnded(run);
    asked[0]!.done(undefined);
    await ended;
    expect(sent).toEqual([{ kind: 'picture', picture: 1 }]);
  });
});

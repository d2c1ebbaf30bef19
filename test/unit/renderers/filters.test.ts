// The filters renderer without a page: what it refuses to draw, which tiles it makes, where they are, and what the keys
// do.
import { describe, expect, it } from 'vitest';
import { PayloadError } from '../../../kernel/wire/fields.ts';
import { FILTERS_FORMAT } from '../../../kernel/wire/filters.ts';
import { MAX_DRAWN } from '../../../kernel/wire/payload.ts';
import type { CapturedStage } from '../../../kernel/dlnb/viz/filters/capture.ts';
import { encodeFilters } from '../../../kernel/dlnb/viz/filters/encode.ts';
import { spotText } from '../../../renderers/filters/describe.ts';
import { layOut, originOf, spotAt, stepTo, type Content } from '../../../renderers/filters/layout.ts';
import { coloring, isImage } from '../../../renderers/filters/look.ts';
import { shrunk } from '../../../renderers/filters/paint.ts';
import { extentOf, MOST_PANELS, tilesOf, type Look } from '../../../renderers/filters/panels.ts';
import { LIMITS, readFilters, type FiltersPayload } from '../../../renderers/filters/payload.ts';
import { activated, productOf, tapsOf, whyNoProduct } from '../../../renderers/filters/product.ts';
import { byNorm, deadNorm } from '../../../renderers/filters/stages.ts';
import { colorScale } from '../../../renderers/shared/color-scale.ts';

const numbers = (n: number, start = 1) => Float32Array.from({ length: n }, (_, i) => start + i);

/** An input of 3 × 3 and a convolution of two filters of 2 × 2 on it, twice recorded. */
function stages(factor = 1): CapturedStage[] {
  return [
    {
      name: 'input',
      type: 'input',
      maps: { shape: [3, 3, 1], step: 1, held: 1, values: numbers(9), peaks: Float32Array.of(9) },
    },
    {
      name: 'conv',
      type: 'Conv2D',
      from: 0,
      kernel: {
        op: 'conv',
        shape: [2, 2, 1],
        filters: 2,
        held: 2,
        stride: [1, 1],
        dilation: [1, 1],
        pad: [0, 0],
        activation: 'relu',
        weights: Float32Array.of(1, 0, 0, -1, 2, 2, 2, 2).map((w) => w * factor),
        biases: Float32Array.of(0.5, 0),
        overviews: 0,
      },
      maps: {
        shape: [2, 2, 2],
        step: 1,
        held: 2,
        values: Float32Array.of(0, 24, 0, 32, 0, 48, 0, 56),
        peaks: Float32Array.of(0, 56),
      },
    },
  ];
}
const snapshot = (label: string, factor = 1) => ({ label, capture: { stages: stages(factor), examples: 1, given: 1 } });
const bytes = encodeFilters({
  title: 'net',
  view: 'filters',
  snapshots: [snapshot('one'), snapshot('two', 3)],
  recorded: 2,
});
const payload = (): FiltersPayload => readFilters(bytes);
const look: Look = { view: 'filters', channels: 'auto', channel: 0, sort: 'index', snapshot: 0, example: 0 };

/** A payload with another head. */
function withHead(change: (head: Record<string, unknown>) => unknown): Uint8Array {
  const length = new DataView(bytes.buffer).getUint32(8, true);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(12, 12 + length))) as Record<string, unknown>;
  change(head);
  const text = new TextEncoder().encode(JSON.stringify(head));
  const made = new Uint8Array(12 + text.length + (bytes.length - 12 - length));
  made.set(bytes.subarray(0, 12));
  made.set(text, 12);
  made.set(bytes.subarray(12 + length), 12 + text.length);
  new DataView(made.buffer).setUint32(8, text.length, true);
  return made;
}
type Fields = Record<string, unknown>;
const stage = (i: number, change: (stage: Fields & { kernel: Fields; maps: Fields }) => unknown) =>
  withHead((h) => change((h['stages'] as (Fields & { kernel: Fields; maps: Fields })[])[i]!));

describe('reading a payload', () => {
  it('gives back what was written', () => {
    const p = payload();
    expect(p.snapshots).toEqual(['one', 'two']);
    expect(p.stages.map(({ name, type, from }) => [name, type, from])).toEqual([
      ['input', 'input', undefined],
      ['conv', 'Conv2D', 0],
    ]);
    const { at, bias, ...kernel } = p.stages[1]!.kernel!;
    expect([...p.numbers.subarray(at, at + 16)]).toEqual([1, 0, 0, -1, 2, 2, 2, 2, 3, 0, 0, -3, 6, 6, 6, 6]);
    expect([...p.numbers.subarray(bias, bias! + 4)]).toEqual([0.5, 0, 0.5, 0]);
    expect(kernel).toMatchObject({ op: 'conv', filters: 2, held: 2, activation: 'relu' });
    // Also from the middle of a larger buffer, as the editor may hand it over
    expect(readFilters(new Uint8Array([0, 0, 0, ...bytes]).subarray(3)).numbers).toEqual(p.numbers);
    expect(new TextDecoder().decode(bytes.subarray(0, 4))).toBe(FILTERS_FORMAT.magic);
  });

  const at = (offset: number, value: number) => Uint8Array.from(bytes, (b, i) => (i === offset ? value : b));
  it.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(), /not a payload of filters/],
    ['another kind of file', at(0, 0x50), /not a payload of filters/],
    ['a later version', at(4, 2), /version 2, and this program draws version 1/],
    ['numbers cut off', bytes.subarray(0, -4), /outside of its numbers/],
    ['half a number', bytes.subarray(0, -3), /length/],
    ['a head longer than all', at(11, 0xff), /length/],
    ['a head that is no JSON', at(12, 0x21), /not JSON/],
    ['too many bytes', new Uint8Array(MAX_DRAWN + 1), /more than can be drawn/],
    ['an unknown view', withHead((h) => (h['view'] = 'cake')), /view of the head is not one of filters, maps/],
    ['no snapshots', withHead((h) => (h['snapshots'] = [])), /no snapshots/],
    [
      'a snapshot more than there are numbers',
      withHead((h) => (h['snapshots'] = ['a', 'b', 'c'])),
      /outside of its numbers/,
    ],
    ['stages that are no list', withHead((h) => (h['stages'] = { length: 9 })), /stages of the head must be a list/],
    [
      'stages that all name the same numbers',
      withHead((h) => (h['stages'] = Array(9).fill((h['stages'] as unknown[])[0]))),
      /outside of its numbers/,
    ],
    ['too many stages', withHead((h) => (h['stages'] = Array(LIMITS.stages + 1).fill(0))), /at most 1000/],
    ['maps without examples', withHead((h) => delete h['examples']), /no examples/],
    ['a million examples', withHead((h) => (h['examples'] = { held: 1e6, given: 1e6 })), /between 1 and 10000/],
    ['a name that is an object', stage(1, (s) => (s['name'] = { toString: 1 })), /name of stage 2 is not a text/],
    ['a stage that needs itself', stage(1, (s) => (s['from'] = 1)), /from of stage 2 leads nowhere/],
    ['an unknown convolution', stage(1, (s) => (s.kernel['op'] = 'eval')), /op of the kernel of stage 2 is not one of/],
    ['a shape of two sides', stage(1, (s) => (s.kernel['shape'] = [2, 2])), /does not have three sides/],
    ['a shape without end', stage(1, (s) => (s.kernel['shape'] = [1e7, 1e7, 1e7])), /outside of its numbers/],
    ['a side of 0', stage(1, (s) => (s.kernel['shape'] = [0, 2, 1])), /between 1 and/],
    ['a side that is a fraction', stage(1, (s) => (s.kernel['shape'] = [1.5, 2, 1])), /must be a list of counts/],
    ['a negative stride', stage(1, (s) => (s.kernel['stride'] = [-1, 1])), /stride .* must be a list of counts/],
    ['a stride of 0', stage(1, (s) => (s.kernel['stride'] = [0, 1])), /stride .* is not a pair/],
    ['more filters held than there are', stage(1, (s) => (s.kernel['held'] = 3)), /more filters than it has/],
    ['weights beyond the end', stage(1, (s) => (s.kernel['at'] = 1e9)), /outside of its numbers/],
    ['biases beyond the end', stage(1, (s) => (s.kernel['bias'] = 80)), /outside of its numbers/],
    [
      'an overview of more than all',
      stage(1, (s) => (s.kernel['overview'] = { at: 0, filters: 3 })),
      /between 1 and 2/,
    ],
    [
      'a depthwise filter of several channels',
      stage(1, (s) => Object.assign(s.kernel, { op: 'depthwise', shape: [1, 1, 4] })),
      /several channels/,
    ],
    ['more maps held than there are', stage(1, (s) => (s.maps['held'] = 3)), /between 1 and 2/],
    ['a step of 0', stage(1, (s) => (s.maps['step'] = 0)), /between 1 and/],
    ['maps beyond the end', stage(1, (s) => (s.maps['shape'] = [2000, 2000, 2])), /outside of its numbers/],
    ['peaks beyond the end', stage(1, (s) => (s.maps['peaks'] = 1e6)), /outside of its numbers/],
  ])('refuses %s', (_, wrong, message) => {
    expect(() => readFilters(wrong)).toThrow(message);
    expect(() => readFilters(wrong)).toThrow(PayloadError);
  });

  it('cuts texts that are too long, and takes markup as text', () => {
    const name = `<img src=x onerror=alert(1)>${'y'.repeat(1000)}`;
    expect(readFilters(stage(1, (s) => (s['name'] = name))).stages[1]!.name).toBe(`${name.slice(0, 400)}…`);
  });

  it('survives any change of any byte: it draws or says what is wrong', () => {
    let seed = 7;
    const next = (n: number) => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) % n;
    let refused = 0;
    for (let i = 0; i < 3000; i++) {
      const changed = Uint8Array.from(bytes);
      for (let k = 0; k <= next(3); k++) changed[next(bytes.length)] = next(256);
      try {
        use(readFilters(changed));
      } catch (e) {
        if (!(e instanceof PayloadError)) throw e;
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(500);
    expect(refused).toBeLessThan(3000);
  });
});

/** All that the renderer computes of a payload. */
function use(p: FiltersPayload): void {
  for (const view of ['filters', 'maps'] as const)
    for (const channels of ['auto', 'each', 'mean', 'norm', 'one'] as const)
      for (const s of p.stages) {
        const tiles = tilesOf(p, s, { ...look, view, channels, sort: 'norm' });
        if (tiles) spotText(s, view, tiles, { tile: 0, value: { panel: 0, row: 0, column: 0 } });
        if (whyNoProduct(p, s, 0) === undefined) productOf(p, s, { snapshot: 0, example: 0, filter: 0, y: 0, x: 0 });
      }
}

describe('the tiles of a stage', () => {
  const conv = () => payload().stages[1]!;
  it('are filters in their order, or by falling norm', () => {
    const order = (more: Partial<Look>) => tilesOf(payload(), conv(), { ...look, ...more })!.tiles.map((t) => t.index);
    expect(order({})).toEqual([0, 1]);
    expect(order({ sort: 'norm' })).toEqual([1, 0]);
    expect(byNorm([1, NaN, 3, 2, NaN])).toEqual([1, 4, 2, 3, 0]);
  });
  it('follow the snapshot', () => {
    const first = (at: number) => tilesOf(payload(), conv(), { ...look, snapshot: at })!.tiles[0]!.panels[0]!.values[0];
    expect([first(0), first(1)]).toEqual([1, 3]);
  });
  it('are flagged where no activation is above 0, and say so under the pointer', () => {
    const tiles = tilesOf(payload(), conv(), { ...look, view: 'maps' })!;
    expect(tiles.tiles.map((t) => t.dead)).toEqual(['no activation above 0 on this input', undefined]);
    const spot = { tile: 1, value: { panel: 0, row: 1, column: 0 } };
    expect(spotText(conv(), 'maps', tiles, spot)).toMatch(/^map 1 \[1, 0\] 48 · norm/);
    expect(spotText(conv(), 'maps', tiles, { tile: 0 })).toContain('dead: no activation above 0');
  });
  it('count as dead if their norm is far below the others', () => {
    expect(deadNorm([])).toBe(1e-8);
    expect(deadNorm([1, 2, 3, NaN])).toBeCloseTo(0.002);
  });

  const kernel = (channels: number, filters: number): FiltersPayload => ({
    title: '',
    view: 'filters',
    snapshots: [''],
    numbers: numbers(4 * channels * filters, 0),
    stages: [
      {
        name: 'k',
        type: 'kernel',
        kernel: {
          op: 'conv',
          shape: [2, 2, channels],
          filters,
          held: filters,
          stride: [1, 1],
          dilation: [1, 1],
          pad: [0, 0],
          activation: 'linear',
          at: 0,
        },
      },
    ],
  });
  const tilesFor = (channels: number, filters: number, more: Partial<Look> = {}) => {
    const p = kernel(channels, filters);
    return tilesOf(p, p.stages[0]!, { ...look, ...more })!;
  };
  it('are in colors for three channels, else a panel for each, else the mean', () => {
    expect(tilesFor(3, 2)).toMatchObject({ colors: true, tiles: [{ panels: [{}] }, {}] });
    expect(tilesFor(4, 2)).toMatchObject({ colors: false, tiles: [{ panels: [{}, {}, {}, { channel: 3 }] }, {}] });
    expect(tilesFor(64, 64).shows).toBe('mean over 64 input channels');
  });
  it('show one channel, the mean or the root mean square, as chosen', () => {
    const values = (more: Partial<Look>) => [...tilesFor(2, 1, more).tiles[0]!.panels[0]!.values];
    expect(values({ channels: 'one', channel: 1 })).toEqual([1, 3, 5, 7]);
    expect(values({ channels: 'one', channel: 9 })).toEqual([1, 3, 5, 7]);
    expect(values({ channels: 'mean' })).toEqual([0.5, 2.5, 4.5, 6.5]);
    expect(values({ channels: 'norm' })[0]).toBeCloseTo(Math.SQRT1_2);
  });
  it('are bounded, and the note says so', () => {
    const { tiles, note } = tilesFor(100, 100, { channels: 'each' });
    expect(tiles.length * 100).toBeLessThanOrEqual(MOST_PANELS);
    expect(note).toBe('Draws 20 of 100 filters.');
  });
  it('have the extent of their finite values', () => {
    const panels = [{ values: Float32Array.of(NaN, -2, Infinity, 5) }];
    expect(extentOf([{ index: 0, norm: 0, panels }])).toEqual({ min: -2, max: 5 });
    expect(extentOf([])).toBeUndefined();
  });
  it('are colored about zero; images as images', () => {
    const scales = { chosen: colorScale('diverging', { kind: 'light' }), gray: colorScale('gray', { kind: 'light' }) };
    const [input, own] = payload().stages;
    expect(coloring(own!, { min: -1, max: 4 }, false, scales).range).toMatchObject({ low: -4, high: 4 });
    expect(coloring(input!, { min: 0, max: 0.9 }, false, scales)).toMatchObject({
      range: { low: 0, high: 1 },
      scale: { name: 'gray' },
    });
    expect(coloring(input!, { min: 0, max: 200 }, false, scales).range.high).toBe(255);
    expect(isImage(input!, { min: -1, max: 1 })).toBe(false);
    expect(coloring(own!, undefined, false, scales).range).toMatchObject({ low: -1, high: 1 });
  });
});

describe('a picture', () => {
  it('that is longer than a canvas can be keeps its largest values', () => {
    const values = new Float32Array(20_000);
    values[5] = -7;
    values[19_999] = NaN;
    const rest = {
      colors: false,
      scale: colorScale('gray', { kind: 'light' }),
      range: { low: 0, high: 1, clipped: false },
    };
    const small = shrunk({ values, rows: 1, columns: 20_000, ...rest });
    expect([small.rows, small.columns]).toEqual([1, 6667]);
    expect([small.values[1], small.values[2], small.values[6666]]).toEqual([-7, 0, NaN]);
    const as = { values, rows: 100, columns: 200, ...rest };
    expect(shrunk(as)).toBe(as);
  });
});

describe('the layout', () => {
  const contents: Content[] = [
    { tiles: 8, panels: 1, rows: 3, columns: 3 },
    { tiles: 64, panels: 8, rows: 3, columns: 3 },
    { tiles: 16, panels: 1, rows: 224, columns: 224 },
    { tiles: 5, panels: 1, rows: 1, columns: 64 },
    { tiles: 1, panels: 64, rows: 11, columns: 11 },
    { tiles: 3, panels: 7, rows: 1, columns: 1 },
    { tiles: 2000, panels: 1, rows: 28, columns: 28 },
    { tiles: 6, panels: 1, rows: 1, columns: 90_000 },
  ];
  it.each(contents.flatMap((c) => [300, 1600].map((room): [Content, number] => [c, room])))(
    '%j in %d pixels: inside, and nothing over another',
    (content, room) => {
      for (const ratio of [1, 2]) {
        const l = layOut(content, room * ratio, ratio);
        expect(l.width).toBeLessThanOrEqual(room * ratio);
        expect(l.height).toBeLessThan(32_000);
        expect(l.tileStep.x).toBeGreaterThanOrEqual(l.tile.width);
        expect(l.tileStep.y).toBeGreaterThanOrEqual(l.tile.height + l.label);
        const [x, y] = originOf(l, content.tiles - 1);
        expect(x + l.tile.width).toBeLessThanOrEqual(l.width);
        expect(y + l.tile.height + l.label).toBeLessThanOrEqual(l.height + 1);
        // The middle of the last panel's last value is found again
        const k = content.panels - 1;
        const px = x + (k % l.panelsAcross) * l.panelStep.x + l.panel.width * (1 - 0.5 / content.columns);
        const py = y + Math.floor(k / l.panelsAcross) * l.panelStep.y + l.panel.height * (1 - 0.5 / content.rows);
        expect(spotAt(l, content, px, py)).toEqual({
          tile: content.tiles - 1,
          value: { panel: k, row: content.rows - 1, column: content.columns - 1 },
        });
        expect(spotAt(l, content, -5, 1)).toBeUndefined();
        expect(spotAt(l, content, 1, l.height + 50)).toBeUndefined();
      }
    },
  );
  it('puts channels into full rows if possible', () => {
    const across = (panels: number) => layOut({ tiles: 1, panels, rows: 3, columns: 3 }, 1000, 1).panelsAcross;
    expect([1, 4, 8, 12, 16, 7].map(across)).toEqual([1, 2, 4, 4, 4, 3]);
  });
  it('is walked by the arrow keys', () => {
    const l = layOut({ tiles: 7, panels: 1, rows: 3, columns: 3 }, 160, 1);
    expect(l.tilesAcross).toBe(3);
    const to = (from: number, key: string) => stepTo(l, 7, from, key);
    expect([to(0, 'ArrowRight'), to(0, 'ArrowDown'), to(4, 'ArrowUp'), to(3, 'ArrowLeft')]).toEqual([1, 3, 1, 2]);
    expect([to(0, 'ArrowLeft'), to(5, 'ArrowDown'), to(3, 'End'), to(3, 'Home'), to(3, 'x')]).toEqual([0, 5, 6, 0, 3]);
  });
});

describe('a product', () => {
  it('is patch × kernel, and its sum with the bias what the activation gets', () => {
    const p = payload();
    const product = productOf(p, p.stages[1]!, { snapshot: 0, example: 0, filter: 0, y: 1, x: 0 });
    expect(product.channels[0]).toMatchObject({ channel: 0, patch: [4, 5, 7, 8], sum: -4 });
    expect([product.bias, product.total]).toEqual([0.5, -3.5]);
  });
  it('meets nothing outside of the input, and between the spread values of a transposed one', () => {
    const geometry = { op: 'conv', shape: [3, 3, 1], stride: [2, 2], dilation: [1, 1], pad: [1, 1] } as const;
    const rows = (taps: ReturnType<typeof tapsOf>) => taps.map((t) => (t ? `${t.row}${t.column}` : '--')).join(' ');
    const of = (g: object, y: number, x: number) => rows(tapsOf({ ...geometry, ...g } as never, [4, 4], y, x));
    expect(of({}, 0, 1)).toBe('-- -- -- 01 02 03 11 12 13');
    expect(of({ dilation: [2, 2], pad: [2, 2], stride: [1, 1] }, 0, 1)).toBe('-- -- -- -- 01 03 -- 21 23');
    expect(of({ op: 'transpose', pad: [0, 0] }, 2, 1)).toBe('-- 10 -- -- -- -- -- 00 --');
  });
  it.each([
    ['relu', -1, 0],
    ['relu6', 9, 6],
    ['linear', -2, -2],
    ['sigmoid', 0, 0.5],
    ['softplus', 1000, 1000],
    ['selu', 1, 1.0507009873554805],
  ])('goes through %s', (name, x, y) => expect(activated(name, x)).toBeCloseTo(y, 10));
  it.each(['softmax', 'constructor', '__proto__'])('does not pretend to know %s', (name) =>
    expect(activated(name, 1)).toBeUndefined(),
  );
});

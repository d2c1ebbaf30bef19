// What the plotly renderer accepts and refuses, and the look it gives: the parts that need no browser.
import { describe, expect, it } from 'vitest';
import { PayloadError } from '../../../kernel/wire/fields.ts';
import { checkFigure, LIMITS } from '../../../renderers/plotly/figure.ts';
import { COMPACT, heightOf, styledConfig, styledLayout, withThemeColors } from '../../../renderers/plotly/look.ts';
import { labelOf } from '../../../renderers/plotly/describe.ts';
import { withAlpha, type Theme } from '../../../renderers/shared/theme.ts';

const theme: Theme = {
  kind: 'dark',
  highContrast: false,
  foreground: '#cccccc',
  muted: '#999999',
  background: '#1f1f1f',
  grid: 'rgba(204, 204, 204, 0.14)',
  solidGrid: 'rgb(69, 69, 69)',
  border: '#555555',
  panel: '#202020',
  fontFamily: 'sans-serif',
  fontSize: 13,
  series: ['#5aa9f2', '#f5a04c'],
};
const packed = (values: number[], shape?: string) => {
  const bdata = Buffer.from(new Float32Array(values).buffer).toString('base64');
  return shape === undefined ? { dtype: 'f4', bdata } : { dtype: 'f4', bdata, shape };
};
const at = (value: unknown, ...path: (string | number)[]): unknown =>
  path.reduce<unknown>((v, key) => (v as { [key: string | number]: unknown })[key], value);

describe('checking a figure', () => {
  it('takes the smallest figure', () => {
    expect(checkFigure({ data: [] })).toEqual({ data: [], layout: {}, config: {}, frames: [], bundle: 'cartesian' });
  });

  it('takes the 3-D bundle only for 3-D traces', () => {
    expect(checkFigure({ data: [{ type: 'heatmap', z: [[1]] }, { y: [1] }] }).bundle).toBe('cartesian');
    expect(
      checkFigure({
        data: [
          { type: 'surface', z: [[1]] },
          { type: 'scatter', y: [1] },
        ],
      }).bundle,
    ).toBe('gl3d');
  });

  it('takes the faster twins of plain traces for the plain ones', () => {
    expect(checkFigure({ data: [{ type: 'scattergl', y: [1] }] }).data[0]!['type']).toBe('scatter');
  });

  it('makes objects of titles that are text, at every level', () => {
    const { layout, data } = checkFigure({
      data: [{ z: [[1]], type: 'heatmap', colorbar: { title: 'z' } }],
      layout: { title: 'loss', xaxis: { title: { text: 'epoch' } }, scene: { zaxis: { title: 'r' } } },
    });
    expect(layout).toEqual({
      title: { text: 'loss' },
      xaxis: { title: { text: 'epoch' } },
      scene: { zaxis: { title: { text: 'r' } } },
    });
    expect(at(data, 0, 'colorbar', 'title')).toEqual({ text: 'z' });
  });

  it('does not change what it was given', () => {
    const payload = { data: [{ y: [1, 2] }], layout: { title: 'a' } };
    const before = structuredClone(payload);
    checkFigure(payload);
    expect(payload).toEqual(before);
  });

  it.each([
    [null, /an object with data/],
    [[], /an object with data/],
    [{}, /data must be an array of traces, got undefined/],
    [{ data: 5 }, /got 5/],
    [{ data: 'x' }, /got "x"/],
    [{ data: [[1, 2]] }, /data\[0\] must be an object \(a trace\), got an array/],
    [{ data: [null] }, /got null/],
    [{ data: [], layout: 'wide' }, /layout must be an object/],
    [{ data: [], config: [] }, /config must be an object/],
    [{ data: [], frames: [3] }, /frames must be an array of objects/],
    [{ data: [{ type: 'sankey' }] }, /no trace type "sankey"/],
    [{ data: [{ type: '__proto__' }] }, /no trace type "__proto__"/],
    [{ data: [{ type: 'pie' }, { type: 'surface' }] }, /"pie" and 3-D traces/],
    [{ data: [], layout: { height: 1e9 } }, /layout.height must be a number of pixels/],
    [{ data: [], layout: { width: '100%' } }, /layout.width must be a number/],
  ])('refuses %j', (payload, message) => {
    expect(() => checkFigure(payload)).toThrow(message);
    expect(() => checkFigure(payload)).toThrow(PayloadError);
  });

  it('refuses more traces, values and depth than can be drawn', () => {
    expect(() => checkFigure({ data: Array.from({ length: LIMITS.traces + 1 }, () => ({})) })).toThrow(/1001 traces/);
    expect(() => checkFigure({ data: [{ y: new Array(LIMITS.values + 1).fill(0) }] })).toThrow(
      /more than 4000000 values/,
    );
    let deep: object = {};
    for (let i = 0; i < 40; i++) deep = { deep };
    expect(() => checkFigure({ data: [], layout: deep })).toThrow(/more than 16 levels deep/);
  });
});

describe('packed arrays', () => {
  it('are kept, with their shape', () => {
    const { data } = checkFigure({ data: [{ type: 'heatmap', z: packed([1, 2, 3, 4, 5, 6], '2, 3') }] });
    expect(data[0]!['z']).toEqual(packed([1, 2, 3, 4, 5, 6], '2, 3'));
  });

  it('are refused where shape, type or text do not fit', () => {
    const figure = (y: object) => () => checkFigure({ data: [{ y }] });
    expect(figure(packed([1, 2], '1000000, 1000000'))).toThrow(
      /data\[0\].y: shape 1000000, 1000000 of f4 does not fit the 8 bytes/,
    );
    expect(figure(packed([1, 2], '2.5'))).toThrow(/does not fit/);
    expect(figure({ dtype: 'f4', bdata: 'AAA=' })).toThrow(/does not fit/);
    expect(figure({ dtype: 'c16', bdata: 'AAAA' })).toThrow(/not a packed array/);
    expect(figure({ dtype: 'f4', bdata: 7 })).toThrow(/not a packed array/);
    expect(figure({ dtype: 'f4', bdata: '<script>' })).toThrow(/not a packed array/);
  });
});

describe('what reaches outside', () => {
  it('is dropped: pictures from elsewhere, also behind a button and by a path', () => {
    const remote = 'https://example.com/x.png';
    const { layout, data } = checkFigure({
      data: [{ type: 'image', source: remote, x0: 1 }],
      layout: {
        images: [
          { source: remote, x: 0 },
          { source: 'data:image/svg+xml;base64,AAAA' },
          { source: 'data:image/png;base64,AAAA' },
        ],
        updatemenus: [{ buttons: [{ method: 'relayout', args: [{ 'images[0].source': remote, title: 'a' }] }] }],
        font: { family: 'x; background: url(https://example.com)' },
      },
    });
    expect(data).toEqual([{ type: 'image', x0: 1 }]);
    expect(layout['images']).toEqual([{ x: 0 }, {}, { source: 'data:image/png;base64,AAAA' }]);
    expect(JSON.stringify(layout)).not.toContain('example.com');
  });

  it('is not set by the figure: only harmless configuration is taken', () => {
    const config = { plotlyServerURL: 'https://example.com', showSendToCloud: true, editable: true, scrollZoom: true };
    const styled = styledConfig(checkFigure({ data: [], config }));
    expect(styled).toMatchObject({ plotlyServerURL: '', showSendToCloud: false, scrollZoom: true, displaylogo: false });
    expect(styled).not.toHaveProperty('editable');
  });

  it('cannot reach into prototypes', () => {
    checkFigure(
      JSON.parse('{"data":[{"__proto__":{"polluted":1}}],"layout":{"constructor":{"prototype":{"polluted":1}}}}'),
    );
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

describe('the look', () => {
  const figure = checkFigure({ data: [{ y: [1] }], layout: { title: 'a', margin: { l: 5 } } });

  it('follows the theme below what the figure says itself', () => {
    const layout = styledLayout(figure, theme, 900);
    expect(layout).toMatchObject({ width: 900, height: 380, margin: { l: 5 }, autosize: false });
    expect(at(layout, 'template', 'layout')).toMatchObject({
      paper_bgcolor: 'rgba(0, 0, 0, 0)',
      font: { color: '#cccccc' },
    });
  });

  it('puts the theme’s colors where a figure names them, at any depth', () => {
    const trace = {
      line: { color: 'theme(series-1)' },
      colorscale: [[0, 'theme(background)'], [1, 'theme(series-9, 0.5)']],
      y: [1, 2],
      text: ['theme(nothing)', 'theme', 'of theme(muted)'],
    }; // prettier-ignore
    expect(withThemeColors(trace, theme)).toEqual({
      line: { color: theme.series[1] },
      colorscale: [[0, theme.background], [1, withAlpha(theme.series[9 % theme.series.length]!, 0.5)]],
      y: [1, 2],
      text: trace.text,
    }); // prettier-ignore
    expect(trace.line.color).toBe('theme(series-1)');
  });

  it('keeps the height that the figure states and narrows a width that does not fit', () => {
    const sized = checkFigure({ data: [], layout: { width: 700, height: 200 } });
    expect(heightOf(sized, 640)).toBe(200);
    expect(styledLayout(sized, theme, 900)['width']).toBe(700);
    expect(styledLayout(sized, theme, 320)['width']).toBe(320);
  });

  it('puts the legend below in a narrow output', () => {
    expect(at(styledLayout(figure, theme, COMPACT - 1), 'template', 'layout', 'legend')).toMatchObject({
      orientation: 'h',
    });
    expect(at(styledLayout(figure, theme, COMPACT), 'template', 'layout', 'legend')).not.toHaveProperty('orientation');
  });

  it('lets a template of the figure win over the theme, key by key', () => {
    const own = checkFigure({ data: [], layout: { template: { layout: { font: { color: 'red' } } } } });
    expect(at(styledLayout(own, theme, 900), 'template', 'layout', 'font')).toMatchObject({
      color: 'red',
      family: 'sans-serif',
    });
  });

  it('gives frames a play button and a slider, unless the figure brings its own', () => {
    const frames = [{ name: 'one', data: [] }, { data: [] }];
    const layout = styledLayout(checkFigure({ data: [{ y: [1] }], frames }), theme, 900);
    const labels = (at(layout, 'sliders', 0, 'steps') as { label: string }[]).map((step) => step.label);
    expect(labels).toEqual(['one', '1']);
    expect(
      styledLayout(checkFigure({ data: [], frames, layout: { sliders: [] } }), theme, 900)['updatemenus'],
    ).toBeUndefined();
    expect(styledLayout(figure, theme, 900)['sliders']).toBeUndefined();
  });
});

describe('the label of a figure', () => {
  it.each([
    [{ data: [], layout: { title: { text: '<b>Loss</b>' } } }, 'Figure: Loss'],
    [
      { data: [{ y: [1, 3] }, { type: 'bar', y: [2] }], layout: {} },
      'Figure: 2 traces: line, 2 points, from 1 to 3; bars, 1 point, at 2',
    ],
    [
      {
        data: [{ mode: 'markers', name: 'a &lt; b', x: [1, 2], y: [NaN, null, 5, -0.25] }],
        layout: { title: { text: 'T' }, xaxis: { title: { text: 'epoch' } }, yaxis: { title: { text: 'loss' } } },
      },
      'Figure: T. points "a < b", 4 points, from −0.25 to 5. Axes: epoch, loss',
    ],
    [
      {
        data: [
          {
            type: 'heatmap',
            z: [
              [1, 2, 3],
              [4, 5, 6],
            ],
          },
        ],
        layout: {},
      },
      'Figure: heatmap, 2 × 3 values, from 1 to 6',
    ],
    [
      {
        data: [{ type: 'surface', z: { dtype: 'i1', bdata: 'AQIDBA==', shape: '2, 2' } }],
        layout: { scene: { zaxis: { title: { text: 'h' } } } },
      },
      'Figure: surface, 2 × 2 values, from 1 to 4. Axes: h',
    ],
    [{ data: [{ type: 'pie', values: [3, 4] }], layout: {} }, 'Figure: pie, 2 points, from 3 to 4'],
    [
      { data: Array.from({ length: 9 }, () => ({ y: [1] })), layout: {} },
      `Figure: 9 traces: ${'line, 1 point, at 1; '.repeat(6)}and 3 more`,
    ],
    [{ data: [], layout: {} }, 'Figure: empty'],
  ])('%j is %s', (figure, label) => expect(labelOf(figure)).toBe(label));
});

// Pictures of plotly figures: each kind of trace, axes, and what is no picture.
import { describe, expect, it } from 'vitest';
import { plotlyPicture } from '../../../../../kernel/pictures/painters/plotly/index.ts';
import { elements, expectSound, textsOf } from '../drawn.ts';

const figure = (data: object[], layout: object = {}, more: object = {}) => plotlyPicture({ data, layout, ...more });
const xs = Array.from({ length: 30 }, (_, i) => i);

describe('every kind of trace', () => {
  it.each<[string, object]>([
    ['lines', { y: xs.map((x) => Math.sin(x)) }],
    ['points', { x: xs, y: xs, mode: 'markers', marker: { color: xs, showscale: true, size: xs } }],
    ['filled lines', { y: xs, fill: 'tozeroy' }],
    ['bars', { type: 'bar', x: ['a', 'b'], y: [1, -2] }],
    ['bars to the right', { type: 'bar', y: ['a', 'b'], x: [1, -2], orientation: 'h' }],
    ['histograms', { type: 'histogram', x: xs }],
    ['histograms of names', { type: 'histogram', x: ['a', 'b', 'a'] }],
    ['histograms in a plane', { type: 'histogram2d', x: xs, y: xs }],
    [
      'heat maps',
      {
        type: 'heatmap',
        z: [
          [1, 2],
          [3, null],
        ],
      },
    ],
    ['contours', { type: 'contour', z: xs.map((x) => xs.map((y) => x * y)) }],
    [
      'regions',
      {
        type: 'contour',
        z: xs.map((x) => xs.map((y) => x - y)),
        contours: { type: 'constraint', operation: '<', value: 0 },
        fillcolor: 'rgba(1,2,3,0.5)',
      },
    ],
    ['boxes', { type: 'box', y: [1, 2, 3, 4, 50] }],
    ['violins', { type: 'violin', y: [1, 2, 3, 4, 5] }],
    ['pies', { type: 'pie', labels: ['a', 'b'], values: [1, 3] }],
    [
      'images',
      {
        type: 'image',
        z: [
          [
            [255, 0, 0],
            [0, 255, 0],
          ],
        ],
      },
    ],
    ['surfaces', { type: 'surface', z: xs.map((x) => xs.map((y) => Math.sin(x / 5) * y)) }],
    ['points in space', { type: 'scatter3d', x: xs, y: xs, z: xs, mode: 'markers' }],
    [
      'meshes',
      {
        type: 'mesh3d',
        x: [0, 1, 0, 0],
        y: [0, 0, 1, 0],
        z: [0, 0, 0, 1],
        i: [0, 0, 0, 1],
        j: [1, 1, 2, 2],
        k: [2, 3, 3, 3],
      },
    ],
  ])('is drawn: %s', (_, trace) => {
    const drawing = figure([trace], { title: 'T', xaxis: { title: 'x' } });
    expectSound(drawing);
    expect(textsOf(drawing)).toContain('T');
    expect(textsOf(drawing).join()).not.toContain('cannot');
    expect(drawing.body.length).toBeGreaterThan(500);
  });

  it.each<[string, object]>([
    ['nothing', {}],
    ['an empty list', { x: [], y: [] }],
    ['one point', { y: [5] }],
    ['values that are none', { y: [NaN, null, 'x'] }],
    ['infinity', { y: [1, Infinity, 2] }],
    ['huge numbers', { y: [1e300, -1e300, 1e-300] }],
    ['equal values', { y: [3, 3, 3] }],
    ['an empty heat map', { type: 'heatmap', z: [] }],
    ['a heat map without values', { type: 'heatmap', z: [[NaN]] }],
    ['a box without values', { type: 'box', y: [] }],
    ['a pie without values', { type: 'pie', labels: [], values: [] }],
    ['a surface without values', { type: 'surface', z: [] }],
    ['points in space that are none', { type: 'scatter3d', x: [NaN], y: [1], z: [1] }],
    ['a histogram without values', { type: 'histogram', x: [] }],
    ['a contour of one row', { type: 'contour', z: [[1, 2, 3]] }],
  ])('is drawn with %s', (_, trace) => expectSound(figure([trace])));
});

describe('axes', () => {
  it('have titles, ticks and the names of categories', () => {
    const drawing = figure([{ type: 'bar', x: ['one', 'two'], y: [1, 2] }], {
      xaxis: { title: { text: 'kind' } },
      yaxis: { title: 'count' },
    });
    expect(textsOf(drawing)).toEqual(expect.arrayContaining(['one', 'two', 'kind', 'count', '0.0', '2.0']));
  });

  it('count in powers of ten where they are logarithmic, and leave out what is not above zero', () => {
    const drawing = figure([{ y: [0.001, 1, 1000, -1] }], { yaxis: { type: 'log' } });
    expect(textsOf(drawing)).toEqual(expect.arrayContaining(['0.001', '1', '1000']));
  });

  it('go down where they are reversed', () => {
    const y = (layout: object) => {
      const drawing = figure([{ y: [0, 10] }], layout);
      return Number(/<text x="[\d.]+" y="([\d.]+)"[^>]*>10<\/text>/.exec(drawing.body)?.[1]);
    };
    expect(y({ yaxis: { autorange: 'reversed' } })).toBeGreaterThan(y({}));
  });

  it('read dates without the time zone of the machine', () =>
    expect(
      textsOf(figure([{ x: ['2024-01-01', '2024-01-03'], y: [1, 2] }])).filter((t) => /^2024-01-0/.test(t)),
    ).not.toEqual([]));

  it('stand below one another in their parts of the picture', () => {
    const layout = { yaxis: { domain: [0.6, 1] }, yaxis2: { domain: [0, 0.4] } };
    const clips = elements(figure([{ y: [1, 2] }, { y: [3, 4], yaxis: 'y2' }], layout), 'rect').filter(
      (r) => r['fill'] === undefined,
    );
    expect(clips.length).toBeGreaterThanOrEqual(2);
    expect(Number(clips[1]!['y'])).toBeGreaterThan(Number(clips[0]!['y']) + Number(clips[0]!['height']));
  });
});

describe('what is beside the traces', () => {
  it('is a legend of named traces, bounded', () => {
    const many = Array.from({ length: 60 }, (_, i) => ({ y: [i], name: `a rather long name of series ${i}` }));
    const texts = textsOf(figure(many));
    expect(texts.some((t) => /^… and \d+ more$/.test(t))).toBe(true);
    expect(textsOf(figure([{ y: [1] }, { y: [2], name: 'b' }], { showlegend: false }))).not.toContain('b');
  });

  it('is a color bar with its title', () =>
    expect(textsOf(figure([{ type: 'heatmap', z: [[0, 1]], colorbar: { title: 'heat' } }]))).toContain('heat'));

  it('is notes and shapes, with marks of HTML as text', () => {
    const drawing = figure([{ y: [1, 2] }], {
      annotations: [{ x: 1, y: 2, text: '<b>peak</b> &lt;x&gt;', showarrow: false }],
      shapes: [{ type: 'rect', x0: 0, x1: 1, y0: 1, y1: 2, fillcolor: 'red' }],
    });
    expect(textsOf(drawing)).toContain('peak <x>');
    expect(elements(drawing, 'rect').some((r) => r['fill'] === 'red')).toBe(true);
  });

  it('is the name of the last frame of an animation, whose traces are drawn', () => {
    const frames = ['first', 'second'].map((name, i) => ({ name, data: [{ y: [0, 10 * (i + 1)] }], traces: [0] }));
    const texts = textsOf(figure([{ y: [0, 10] }], {}, { frames }));
    expect(texts).toContain('The last of 2 frames, “second”');
    expect(texts).toContain('20');
  });
});

describe('what is no picture', () => {
  it.each<[string, unknown, RegExp]>([
    [
      'a type without a painter',
      { data: [{ type: 'scatterternary', a: [1], b: [1], c: [1] }] },
      /scatterternary.*DLNB draws it/,
    ],
    ['a type that plotly here has not', { data: [{ type: 'sankey' }] }, /no trace type "sankey"/],
    ['no figure at all', { data: 'x' }, /data must be an array/],
  ])('is a card that says so: %s', (_, payload, text) => {
    const drawing = plotlyPicture(payload);
    expectSound(drawing);
    expect(textsOf(drawing).join(' ')).toMatch(text);
  });
});

it('draws names and titles as text, whatever they hold', () => {
  const evil = '</text><script>alert(1)</script>"';
  const drawing = figure(
    [
      { y: [1, 2], name: evil },
      { y: [1], name: 'b' },
    ],
    { title: evil, xaxis: { title: evil } },
  );
  expectSound(drawing);
  expect(drawing.body).not.toContain('<script');
});

it('does not grow with the number of points', () => {
  const long = figure([{ y: Array.from({ length: 200_000 }, (_, i) => Math.sin(i)) }]);
  expect(long.body.length).toBeLessThan(100_000);
  const dots = figure([
    {
      x: Array.from({ length: 50_000 }, (_, i) => Math.sin(i)),
      y: Array.from({ length: 50_000 }, (_, i) => Math.cos(i * 7)),
      mode: 'markers',
    },
  ]);
  expect(dots.body.length).toBeLessThan(1_500_000);
});

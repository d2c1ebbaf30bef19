// The look of figures in the editor: a plotly template made from the theme, sizes for narrow and wide outputs, and play
// controls for figures with frames but without controls. No DOM, no plotly.
import { withAlpha, type Theme } from '../shared/theme.ts';
import { isRecord } from '../../kernel/wire/fields.ts';
import { panelsHeight, spareHeight } from './arrange.ts';
import type { Figure, PlainObject } from './figure.ts';
import { isAbove, LETTERS, roomAbove, stacked, TITLE } from './legend.ts';
import { panelsOf } from './panels.ts';
import { AT_ONCE, playOf, running } from './play.ts';

/** Narrower than this, margins and letters shrink and the legend goes below the plot. */
export const COMPACT = 480;
/** Height in pixels of a figure without its own. */
const HEIGHT = { flat: 380, spatial: 460 };

/**
 * The figure's height in pixels, known before plotly is loaded, so that the page does not move.
 * @param available width of the output, on which the height of panels depends
 */
export function heightOf(figure: Figure, available: number): number {
  const panels = panelsHeight(figure, widthOf(figure, available));
  if (panels !== undefined) return panels;
  const stated = figure.layout['height'];
  const own = typeof stated === 'number' ? stated : HEIGHT[figure.bundle === 'gl3d' ? 'spatial' : 'flat'];
  const width = widthOf(figure, available);
  const plot = Math.max(Math.min(own, LEAST), Math.round(own - spareHeight(figure, width)));
  return plot + legendRoom(figure, width);
}

/** Pixels of a legend above the plot, by which the figure is higher: the plot keeps its size. */
function legendRoom(figure: Figure, width: number): number {
  return figure.bundle === 'cartesian' && hasLegendAbove(figure, width) ? roomAbove(figure, width, LETTERS) : 0;
}

/** Whether the legend lies above the plot: where it says so, and in narrow figures where controls stand below. */
function hasLegendAbove({ layout, frames }: Figure, width: number): boolean {
  if (panelsOf(layout)) return false;
  return isAbove(layout['legend']) || (layout['legend'] === undefined && width < COMPACT && frames.length > 1);
}

/** A figure of equal axes is at least so high. */
const LEAST = 160;

/** The figure's width in pixels in an output of width `available`: its own if it fits. */
export function widthOf(figure: Figure, available: number): number {
  const stated = figure.layout['width'];
  return typeof stated === 'number' ? Math.min(stated, available) : available;
}

/** The layout to draw: the figure's own, on top of the theme's. */
export function styledLayout(figure: Figure, theme: Theme, available: number): PlainObject {
  const width = widthOf(figure, available);
  const compact = width < COMPACT;
  const own = figure.layout;
  const controls = playControls(figure, theme, width);
  const styled = templateLayout(own, theme, compact, controls !== undefined);
  const above = legendRoom(figure, width);
  styled.margin.t += above;
  const template = merge({ layout: styled }, isRecord(own['template']) ? own['template'] : {});
  const height = heightOf(figure, available);
  return {
    // The same value for all updates: the reader's zoom and hidden traces survive the next step of a live plot
    uirevision: 'dlnb',
    ...controls,
    ...own,
    ...(above > 0 && stacked(own, { height, top: styled.margin.t, bottom: styled.margin.b })),
    template,
    width,
    height,
    autosize: false,
  };
}

/** A color of the theme by name, as figures of `viz` name it: `theme(series-0)`, `theme(foreground, 0.5)`. */
const NAMED_COLOR = /^theme\((series-(\d)|[a-z]+)(?:,\s*([\d.]+))?\)$/;
const NAMED = ['foreground', 'muted', 'background', 'grid', 'border', 'panel'] as const;

/** A deep copy with the theme's colors in place of their names. */
export function withThemeColors<T>(value: T, theme: Theme): T {
  if (typeof value === 'string') return themeColor(value, theme) as T;
  if (Array.isArray(value)) {
    // Long lists hold numbers only
    return (
      value.every((v) => typeof v === 'number')
        ? [...(value as unknown[])]
        : value.map((v: unknown) => withThemeColors(v, theme))
    ) as T;
  }
  if (!isRecord(value)) return value;
  if (ArrayBuffer.isView(value)) return structuredClone(value);
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, withThemeColors(v, theme)])) as T;
}

function themeColor(text: string, theme: Theme): string {
  const [, name, index, alpha] = NAMED_COLOR.exec(text) ?? [];
  if (name === undefined) return text;
  const plain = NAMED.find((n) => n === name);
  const color = index === undefined ? plain && theme[plain] : theme.series[Number(index) % theme.series.length];
  if (color === undefined) return text;
  return alpha === undefined ? color : withAlpha(color, Number(alpha));
}

/** The configuration to draw with: a small mode bar, and a wheel that scrolls the notebook, not the plot. */
export function styledConfig(figure: Figure): PlainObject {
  return {
    displayModeBar: 'hover',
    scrollZoom: false,
    modeBarButtonsToRemove: [
      'select2d',
      'lasso2d',
      'autoScale2d',
      'zoomIn2d',
      'zoomOut2d',
      'tableRotation',
      'resetCameraLastSave3d',
    ],
    ...figure.config,
    displaylogo: false,
    responsive: false,
    showSendToCloud: false,
    plotlyServerURL: '',
  };
}

function templateLayout(own: PlainObject, theme: Theme, compact: boolean, controls: boolean) {
  const size = compact ? theme.fontSize - 2 : theme.fontSize;
  const axis = {
    gridcolor: theme.grid,
    linecolor: theme.border,
    zerolinecolor: theme.border,
    zerolinewidth: 1,
    tickcolor: theme.border,
    tickfont: { color: theme.muted, size: size - 1 },
    title: { font: { color: theme.foreground, size }, standoff: 8 },
    automargin: true,
  };
  // Scenes paint their walls on a canvas, which has no automargin …
  const { automargin: _flatOnly, title: axisTitle, ...rest } = axis;
  // … and no translucent lines
  const wall = {
    ...rest,
    gridcolor: theme.solidGrid,
    zerolinecolor: theme.solidGrid,
    linecolor: theme.solidGrid,
    title: { font: axisTitle.font },
    showbackground: false,
    color: theme.foreground,
  };
  const button = { bgcolor: theme.panel, bordercolor: theme.border, font: { color: theme.foreground, size } };
  return {
    font: { family: theme.fontFamily, color: theme.foreground, size },
    title: { font: { size: size + 2, color: theme.foreground }, x: 0.5, xanchor: 'center' },
    paper_bgcolor: 'rgba(0, 0, 0, 0)',
    plot_bgcolor: 'rgba(0, 0, 0, 0)',
    colorway: [...theme.series],
    colorscale: { sequential: 'Viridis', sequentialminus: 'Viridis', diverging: 'RdBu' },
    margin: {
      l: compact ? 36 : 52,
      r: compact ? 10 : 20,
      t: hasTitle(own) ? TITLE : 20,
      b: controls ? 108 : compact ? 36 : 44,
    },
    xaxis: axis,
    yaxis: axis,
    scene: {
      xaxis: wall,
      yaxis: wall,
      zaxis: wall,
      // Not along the diagonal, where the numbers of two axes meet at one corner
      camera: { eye: { x: 1.05, y: -1.95, z: 0.95 }, center: { x: 0, y: 0, z: -0.14 } },
    },
    legend: {
      bgcolor: 'rgba(0, 0, 0, 0)',
      font: { color: theme.foreground, size },
      ...(compact ? { orientation: 'h', x: 0, y: -0.18, yanchor: 'top' } : {}),
    },
    coloraxis: { colorbar: { outlinewidth: 0 } },
    hoverlabel: {
      bgcolor: theme.panel,
      bordercolor: theme.border,
      font: { family: theme.fontFamily, color: theme.foreground, size },
    },
    modebar: { bgcolor: 'rgba(0, 0, 0, 0)', color: theme.muted, activecolor: theme.foreground },
    annotationdefaults: { font: { color: theme.foreground, size }, arrowcolor: theme.foreground },
    shapedefaults: { line: { color: theme.foreground } },
    updatemenudefaults: button,
    sliderdefaults: {
      ...button,
      activebgcolor: theme.series[0],
      tickcolor: theme.border,
      currentvalue: { font: button.font },
    },
  };
}

function hasTitle(layout: PlainObject): boolean {
  const title = layout['title'];
  return isRecord(title) && typeof title['text'] === 'string' && title['text'] !== '';
}

/** A play button and a slider over the frames, if the figure has no controls of its own. */
function playControls(figure: Figure, theme: Theme, width: number): PlainObject | undefined {
  const { frames, layout } = figure;
  if (frames.length < 2 || layout['sliders'] || layout['updatemenus']) return undefined;
  const names = frames.map((frame, i) => String(frame['name'] ?? i));
  const at = AT_ONCE;
  const play = playOf(figure);
  const run = running(play);
  // Right of the two buttons, for any width of the plot beside its axis and color bar
  const left = Math.min(0.5, 92 / (width * 0.62));
  // prettier-ignore
  return {
    updatemenus: [
      {
        type: 'buttons', direction: 'left', showactive: false, x: 0, y: 0, xanchor: 'left', yanchor: 'top', pad: { t: 58 },
        buttons: [
          { label: '▶', method: 'animate', args: [null, run] },
          { label: '❚❚', method: 'animate', args: [[null], at] },
        ],
      },
    ],
    sliders: [
      {
        x: left, len: 1 - left, y: 0, pad: { t: 50 }, currentvalue: { visible: false }, ticklen: 0, minorticklen: 0,
        active: play.at === 'end' ? frames.length - 1 : 0,
        font: { color: theme.muted, size: theme.fontSize - 2 },
        steps: names.map((name) => ({ label: name, method: 'animate', args: [[name], at] })),
      },
    ],
  };
}

/** `over` on top of `under`, object by object. */
function merge(under: PlainObject, over: PlainObject): PlainObject {
  const result = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = result[key];
    result[key] = isRecord(value) && isRecord(below) ? merge(below, value) : value;
  }
  return result;
}

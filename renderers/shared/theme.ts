// Colors and fonts of the editor's theme, read from VS Code's CSS variables, with a signal for changes.

/** Colors and fonts for drawing. All colors are CSS colors that a canvas and plotly understand. */
export interface Theme {
  kind: 'light' | 'dark';
  highContrast: boolean;
  foreground: string;
  /** For axis labels and notes. */
  muted: string;
  /** The page behind the output. */
  background: string;
  /** For lines in the background. */
  grid: string;
  /** The same without transparency, for canvases without it. */
  solidGrid: string;
  /** The border of a box. */
  border: string;
  /** Behind tooltips and buttons. */
  panel: string;
  fontFamily: string;
  /** In pixels. */
  fontSize: number;
  /** Eight colors for series, each with a contrast of at least 3:1 against the background. */
  series: readonly string[];
}

/** Kinds of themes; each needs its own series colors. */
export const SERIES = {
  light: ['#1668b8', '#c4560c', '#24803c', '#b8263f', '#7145b0', '#0d7d88', '#a33a85', '#7d6608'],
  dark: ['#5aa9f2', '#f5a04c', '#63c174', '#f2707e', '#b897f0', '#4cc8d0', '#e58ac4', '#dcc04a'],
  contrastLight: ['#0b4f96', '#8f3a00', '#0f5f26', '#8f1029', '#53298c', '#075a63', '#7d1f63', '#5a4900'],
  contrastDark: ['#7cc0ff', '#ffb45e', '#7fe08f', '#ff8f9b', '#ccb0ff', '#63e4ec', '#ffa6de', '#f5da5a'],
} as const;

/** Reads the current theme at `element`. */
export function readTheme(element: Element): Theme {
  const style = getComputedStyle(element);
  const variable = (name: string, fallback: string) => style.getPropertyValue(`--vscode-${name}`).trim() || fallback;
  const { kind, highContrast } = themeKind(variable('editor-background', ''));
  const dark = kind === 'dark';
  const foreground = variable('foreground', dark ? '#cccccc' : '#3b3b3b');
  const contrast = highContrast ? variable('contrastBorder', foreground) : '';
  const series = highContrast ? (dark ? SERIES.contrastDark : SERIES.contrastLight) : SERIES[kind];
  const background =
    variable('notebook-cellEditorBackground', '') || variable('editor-background', dark ? '#1f1f1f' : '#ffffff');
  return {
    kind,
    highContrast,
    foreground,
    muted: highContrast ? foreground : variable('descriptionForeground', dark ? '#9d9d9d' : '#616161'),
    background,
    grid: contrast ? withAlpha(foreground, 0.35) : withAlpha(foreground, 0.14),
    solidGrid: mix(foreground, background, contrast ? 0.5 : 0.22),
    border: contrast || variable('widget-border', '') || withAlpha(foreground, 0.3),
    panel: variable('editorHoverWidget-background', dark ? '#202020' : '#f8f8f8'),
    fontFamily: variable('font-family', '') || style.fontFamily || 'sans-serif',
    fontSize: clamp(parseFloat(variable('font-size', '13px')) || 13, 9, 24),
    series,
  };
}

/** Calls back after the editor's theme or font changed, at most once a frame. @returns a function that stops it */
export function onThemeChange(callback: () => void): () => void {
  let frame = 0;
  const changed = () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(callback);
  };
  // The editor sets its variables on <html> and names the kind of the theme on <body>
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id', 'style'] });
  const system = matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', changed);
  return () => {
    cancelAnimationFrame(frame);
    observer.disconnect();
    system.removeEventListener('change', changed);
  };
}

/** The color with this opacity, if it is `#rgb`, `#rrggbb`, `#rrggbbaa` or `rgb(…)`; else the color unchanged. */
export function withAlpha(color: string, alpha: number): string {
  const rgb = parseColor(color);
  return rgb ? `rgba(${rgb.join(', ')}, ${alpha})` : color;
}

/** Mixes `share` of one opaque color into another; returns the first if either is in another format. */
export function mix(color: string, into: string, share: number): string {
  const [a, b] = [parseColor(color), parseColor(into)];
  if (!a || !b) return color;
  return `rgb(${a.map((v, i) => Math.round(share * v + (1 - share) * b[i]!)).join(', ')})`;
}

/** The kind that the editor states, else the kind of its background, else the system's preference. */
function themeKind(background: string): Pick<Theme, 'kind' | 'highContrast'> {
  const classes = document.body.classList;
  if (classes.contains('vscode-high-contrast-light')) return { kind: 'light', highContrast: true };
  if (classes.contains('vscode-high-contrast')) return { kind: 'dark', highContrast: true };
  if (classes.contains('vscode-light')) return { kind: 'light', highContrast: false };
  if (classes.contains('vscode-dark')) return { kind: 'dark', highContrast: false };
  const rgb = parseColor(background) ?? parseColor(getComputedStyle(document.body).backgroundColor);
  if (rgb) return { kind: luma(rgb) < 0.5 ? 'dark' : 'light', highContrast: false };
  return { kind: matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light', highContrast: false };
}

type Rgb = [number, number, number];

function parseColor(color: string): Rgb | undefined {
  const hex = /^#([0-9a-f]{3,8})$/i.exec(color)?.[1];
  if (hex) {
    const step = hex.length < 6 ? 1 : 2;
    const part = (i: number) => parseInt(hex.slice(i * step, (i + 1) * step).padEnd(2, hex[i * step]), 16);
    return [part(0), part(1), part(2)];
  }
  const rgb = /^rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)(?:\s*[,/]\s*([\d.]+%?))?\s*\)$/i.exec(color);
  // A fully transparent color does not tell what is behind it
  if (!rgb || parseFloat(rgb[4] ?? '1') === 0) return undefined;
  return [Number(rgb[1]), Number(rgb[2]), Number(rgb[3])];
}

const luma = ([r, g, b]: Rgb) => (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
const clamp = (value: number, low: number, high: number) => Math.max(low, Math.min(high, value));

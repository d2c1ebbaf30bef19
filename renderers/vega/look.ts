// The look of plots of Vega and Vega-Lite: a configuration made from the theme, below the plot's own. No DOM, no Vega.
import { isRecord } from '../../kernel/wire/fields.ts';
import type { Theme } from '../shared/theme.ts';
import type { PlainObject } from './spec.ts';

/** What the look needs of a theme. */
export type Colors = Pick<Theme, 'foreground' | 'muted' | 'grid' | 'border' | 'series' | 'fontFamily' | 'fontSize'>;

/**
 * The configuration to draw with. A plot with a background of its own keeps Vega's colors, which suit that background
 * and not the theme.
 */
export function themeConfig(spec: PlainObject, theme: Colors, lite: boolean): PlainObject {
  const own = isRecord(spec['config']) ? spec['config'] : {};
  const background = spec['background'] ?? own['background'];
  if (background !== undefined && background !== null && background !== 'transparent') return {};
  const { foreground, muted, grid, border, fontFamily: font, fontSize } = theme;
  const [first] = theme.series;
  const labels = { labelColor: muted, labelFont: font, labelFontSize: fontSize - 2 };
  const titles = { titleColor: foreground, titleFont: font, titleFontSize: fontSize - 1, titleFontWeight: 'normal' };
  const text = { font, fontSize: fontSize - 2 };
  const filled = { fill: first };
  const stroked = { stroke: first };
  return {
    background: 'transparent',
    axis: { ...labels, ...titles, gridColor: grid, tickColor: border, domainColor: border },
    legend: { ...labels, ...titles },
    title: { color: foreground, subtitleColor: muted, font, subtitleFont: font, fontSize: fontSize + 1 },
    range: { category: [...theme.series] },
    ...(lite
      ? {
          header: { ...labels, ...titles },
          view: { stroke: border },
          mark: { color: first },
          text: { ...text, color: foreground },
          rule: { color: foreground },
          tick: { color: first },
        }
      : {
          arc: filled,
          area: filled,
          rect: filled,
          shape: stroked,
          symbol: filled,
          path: stroked,
          line: stroked,
          rule: { stroke: foreground },
          text: { ...text, fill: foreground },
        }),
  };
}

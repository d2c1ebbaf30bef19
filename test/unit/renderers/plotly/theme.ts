// A theme for tests of figures.
import type { Theme } from '../../../../renderers/shared/theme.ts';

export const themeOf = (): Theme => ({
  ...{ kind: 'dark', highContrast: false, foreground: '#cccccc', muted: '#999999', background: '#1f1f1f' },
  ...{ grid: 'rgba(204, 204, 204, 0.14)', solidGrid: 'rgb(69, 69, 69)', border: '#555555', panel: '#202020' },
  ...{ fontFamily: 'sans-serif', fontSize: 13, series: ['#5aa9f2', '#f5a04c'] },
});

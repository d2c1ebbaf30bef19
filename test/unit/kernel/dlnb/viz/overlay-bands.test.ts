// Colors of figures that bring colors of their own, in an overlay.
import { describe, expect, it } from 'vitest';
import { band, stem } from '../../../../../kernel/dlnb/viz/bands.ts';
import { line } from '../../../../../kernel/dlnb/viz/curves.ts';
import { overlay } from '../../../../../kernel/dlnb/viz/overlay.ts';
import { shown } from './shown.ts';

const runs = [[1, 2, 3], [2, 3, 4]]; // prettier-ignore

describe('an overlay with bands or stems', () => {
  it('gives the lines after a band other colors than the band has', () => {
    const { data } = shown(overlay(band(runs), line([1, 2, 3]), line([3, 2, 1])));
    expect(data.slice(-3)).toMatchObject([
      { line: { color: 'theme(series-0)' } },
      { line: { color: 'theme(series-1)' } },
      { line: { color: 'theme(series-2)' } },
    ]);
  });

  it('gives a line after stems another color than the stems have', () => {
    const { data } = shown(overlay(stem([1, 2, 3]), line([1, 2, 3])));
    expect(data.at(-1)).toMatchObject({ line: { color: 'theme(series-1)' } });
  });
});

// Heat maps and surfaces.
import { describe, expect, it } from 'vitest';
import { heatmap } from '../../../../../kernel/dlnb/viz/grids.ts';
import { shown } from './shown.ts';

describe('a heat map', () => {
  it('takes names that look like numbers for names', () => {
    const { layout } = shown(heatmap([[1, 2, 3]], { xNames: ['1.1', '1.2', '2.1'], yNames: ['7'] }));
    expect(layout).toMatchObject({ xaxis: { type: 'category' }, yaxis: { type: 'category' } });
    expect(shown(heatmap([[1, 2]])).layout).not.toHaveProperty('xaxis.type');
  });
});

// The colors of filters and feature maps: amounts where nothing is negative, about zero elsewhere.
import { describe, expect, it } from 'vitest';
import { coloring, scalesFor, settled } from '../../../../renderers/filters/look.ts';
import type { FilterStage } from '../../../../kernel/wire/filters.ts';

const stage: FilterStage = { name: 'relu', type: 'Activation' };
const auto = scalesFor('auto', { kind: 'light' });
const look = (min: number, max: number, scales = auto) => {
  const { scale, range } = coloring(stage, { min, max }, false, scales);
  return [scale.name, range.low, range.high];
};

describe('the automatic colors', () => {
  it('are sequential from zero up if nothing is negative, else centered at zero', () => {
    expect(look(0, 5.091)).toEqual(['sequential', 0, 5.091]);
    expect(look(2, 3)).toEqual(['sequential', 0, 3]);
    expect(look(0, 0)).toEqual(['sequential', 0, 1]);
    expect(look(-1, 5)).toEqual(['diverging', -5, 5]);
    expect(look(-3, -1)).toEqual(['diverging', -3, 3]);
  });

  it('of a tile with a range of its own are those of its stage', () => {
    const signed = settled(auto, coloring(stage, { min: -1, max: 4 }, false, auto).scale);
    expect(look(0, 4, signed)).toEqual(['diverging', -4, 4]);
    const positive = settled(auto, coloring(stage, { min: 0, max: 4 }, false, auto).scale);
    expect(look(1, 2, positive)).toEqual(['sequential', 0, 2]);
  });

  it('yield to those that the reader chooses', () => {
    expect(look(0, 4, scalesFor('diverging', { kind: 'dark' }))).toEqual(['diverging', -4, 4]);
    expect(look(1, 4, scalesFor('gray', { kind: 'light' }))).toEqual(['gray', 1, 4]);
  });
});

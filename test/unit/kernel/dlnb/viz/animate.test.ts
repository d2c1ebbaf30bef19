// Animations: frames, shared axes and backgrounds.
import { describe, expect, it } from 'vitest';
import { animate } from '../../../../../kernel/dlnb/viz/animate.ts';
import { line } from '../../../../../kernel/dlnb/viz/curves.ts';
import { heatmap } from '../../../../../kernel/dlnb/viz/grids.ts';
import { shown } from './shown.ts';

describe('an animation', () => {
  const frames = [line([[0, 0], [1, 4]]), line([[0, 0], [3, 2]])]; // prettier-ignore

  it('has a named frame for each figure, on axes that hold all of them', () => {
    const figure = shown(animate(frames, { names: ['first', 'second'] }));
    expect(figure.frames).toMatchObject([
      { name: 'first', traces: [0] },
      { name: 'second', traces: [0] },
    ]);
    const { xaxis, yaxis } = figure.layout as Record<string, { range: number[] }>;
    expect([xaxis!.range[0]! < 0, xaxis!.range[1]! > 3, yaxis!.range[1]! > 4]).toEqual([true, true, true]);
  });

  it('leaves a background alone, whose axes it keeps', () => {
    const background = heatmap([[1, 2], [3, 4]], { x: [0, 5], y: [0, 6] }); // prettier-ignore
    const figure = shown(animate(frames, { background }));
    // Its color scale stands beside the plot, the legend above; each line has a rim below it
    expect(figure.layout).toMatchObject({ legend: { y: 1.02, yanchor: 'bottom' } });
    expect(figure.frames).toMatchObject([{ traces: [1, 2] }, { traces: [1, 2] }]);
    expect(figure.layout).toMatchObject({ xaxis: { range: [0, 5] }, yaxis: { range: [0, 6] } });
  });

  it('refuses frames of different traces and names that do not fit', () => {
    expect(() => animate([frames[0]!, heatmap([[1]])])).toThrow(/frame 0 has scatter, frame 1 has heatmap/);
    expect(() => animate(frames, { names: ['a'] })).toThrow(/got 1 for 2 frames/);
    expect(() => animate([])).toThrow(/list of figures/);
  });
});

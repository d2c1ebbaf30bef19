// Unknown options are errors that name the known ones.
import { describe, expect, it } from 'vitest';
import { animate } from '../../../../kernel/dlnb/viz/animate.ts';
import { confusionMatrix } from '../../../../kernel/dlnb/viz/confusion-matrix.ts';
import { line, scatter } from '../../../../kernel/dlnb/viz/curves.ts';
import { heatmap } from '../../../../kernel/dlnb/viz/grids.ts';
import { histogram } from '../../../../kernel/dlnb/viz/histogram.ts';

describe('options', () => {
  it('that are unknown are named, with the known ones', () => {
    const wrong = { names: ['a', 'b'] } as object;
    expect(() => confusionMatrix([0, 1], [0, 1], wrong)).toThrow(
      /viz\.confusionMatrix: there is no option "names"; there are .*"classNames"/,
    );
    expect(() => line([1, 2], { logy: true } as object)).toThrow(/viz\.line: there is no option "logy"; .*"logY"/);
    expect(() => scatter([[1, 2]], { color: 'red' } as object)).toThrow(/no option "color"/);
    expect(() => heatmap([[1]], { cmap: 1 } as object)).toThrow(/no option "cmap"/);
    expect(() => histogram([1, 2], { buckets: 3, log: true } as object)).toThrow(/no option "buckets", "log"/);
    expect(() => animate([line([1])], { fps: 3 } as object)).toThrow(/no option "fps"/);
    expect(() => line([1, 2], 'loss' as unknown as object)).toThrow(
      'viz.line: the options must be an object, got loss',
    );
  });
});

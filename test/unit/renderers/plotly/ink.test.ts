// The ink of numbers in cells follows what is seen: also on translucent colors and over a dark page.
import { describe, expect, it } from 'vitest';
import { inkOn } from '../../../../renderers/plotly/ink.ts';

const [dark, light] = ['#161616', '#ffffff'];

describe('the ink of a cell', () => {
  it('is dark on the light end of a pale scale and light on its dark end, in both themes', () => {
    const night = [[0, '#1f1f1f'], [1, '#9d9d9d']]; // prettier-ignore
    expect([0, 0.3, 0.9, 1].map((at) => inkOn(night, at, '#1f1f1f'))).toEqual([light, light, dark, dark]);
    const day = [[0, '#ffffff'], [1, '#616161']]; // prettier-ignore
    expect([0, 0.4, 1].map((at) => inkOn(day, at, '#ffffff'))).toEqual([dark, dark, light]);
  });

  it('counts what shows through translucent colors', () => {
    const faint = [[0, '#1f1f1f'], [1, 'rgba(255, 255, 255, 0.1)']]; // prettier-ignore
    expect(inkOn(faint, 1, '#1f1f1f')).toBe(light);
    expect(inkOn(faint, 1, '#ffffff')).toBe(dark);
    expect(inkOn([[0, '#0000'], [1, '#ffff']], 0, 'rgb(250, 250, 250)')).toBe(dark); // prettier-ignore
  });

  it('has a contrast of at least 4.5 on every gray, and leaves other formats alone', () => {
    expect(inkOn([[0, '#777777'], [1, '#777777']], 0.5, '#000')).toBe(light); // prettier-ignore
    expect(inkOn([[0, '#7d7d7d'], [1, '#7d7d7d']], 0.5, '#000')).toBe(dark); // prettier-ignore
    expect(inkOn([[0, 'hsl(1, 2%, 3%)'], [1, '#fff']], 0.5, '#000')).toBeUndefined(); // prettier-ignore
    expect(inkOn('Viridis', 0.5, '#000')).toBeUndefined();
  });
});

// `predict`: the question, the guess, and what came beside it.
import { describe, expect, it } from 'vitest';
import { predict } from '../../../../kernel/dlnb/predict.ts';
import { DISPLAY, type Displayable } from '../../../../kernel/wire/displayable.ts';

const shown = (x: Displayable) => x[DISPLAY]() as Record<string, string>;

describe('predict', () => {
  it('draws a guess and what came on the range', () => {
    const p = predict('final test error, %', [0, 100], 30);
    expect(p.guess).toBe(30);
    expect(shown(p)['text/plain']).toBe('final test error, %: you guess 30');
    const { 'text/html': html, 'text/plain': text } = shown(p.result(24.3));
    expect(text).toBe('final test error, %: 24.3, you guessed 30: off by 5.7');
    expect(html).toContain('cx="153.6"'); // 24 + 0.3 · 432
    expect(html).toContain('>came 24.3<');
    expect(shown(p.result(140))['text/html']).toContain('cx="456"'); // at the end
  });

  it('asks where there is no guess', () => {
    const p = predict('error', [0, 1]);
    expect(shown(p)['text/plain']).toMatch(/^Predict first: error\./);
    expect(shown(p.result(0.5))['text/plain']).toBe('error: 0.5. There was no guess.');
  });

  it('takes one of several', () => {
    const p = predict('the fastest', ['SGD', 'Adam'], 'Adam');
    expect(shown(p.result('Adam'))['text/plain']).toBe('✓ the fastest: "Adam", you guessed "Adam"');
    expect(shown(p.result('SGD'))['text/plain']).toMatch(/^✗/);
    expect(() => p.result('Lion' as never)).toThrow(/one of "SGD", "Adam", got Lion/);
  });

  it('refuses a guess outside, and what is no range', () => {
    expect(() => predict('x', [0, 1], 2)).toThrow(/the guess must be a number from 0 to 1, got 2/);
    expect(() => predict('x', [1, 0])).toThrow(/the lower one first/);
    expect(() => predict('x', [1] as never)).toThrow(/a range \[0, 100\] or a list/);
    expect(() => predict('', [0, 1])).toThrow(/the question must be a text/);
  });
});

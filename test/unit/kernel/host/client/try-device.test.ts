// What the trial of the devices says of each.
import { describe, expect, it } from 'vitest';
import { existing } from '../../../../../kernel/host/client/index.ts';

describe('a trial of the devices', () => {
  it('names the one that works and the reasons of the refused ones', () => {
    const refused = [
      { device: 'cuda' as const, reason: 'the package is not installed' },
      { device: 'webgpu' as const, reason: 'no graphics card was found' },
    ];
    const state = { device: 'cpu' as const, detail: 'WebAssembly, 2 threads', refused };
    expect(existing({ state, works: true, reason: '' })).toEqual({
      cuda: { works: false, text: 'the package is not installed' },
      webgpu: { works: false, text: 'no graphics card was found' },
      cpu: { works: true, text: 'WebAssembly, 2 threads' },
    });
  });

  it('says nothing of those after the first that works', () => {
    const state = { device: 'cuda' as const, detail: 'a card', refused: [] };
    expect(existing({ state, works: true, reason: '' })).toEqual({ cuda: { works: true, text: 'a card' } });
  });

  it('blames the device that was being started for the end of the process', () => {
    const refused = [{ device: 'cuda' as const, reason: 'none' }];
    const state = { device: 'none' as const, detail: '', refused, starting: 'webgpu' as const };
    expect(existing({ state, works: false, reason: 'The kernel was ended by SIGSEGV' })).toEqual({
      cuda: { works: false, text: 'none' },
      webgpu: { works: false, text: 'The kernel was ended by SIGSEGV' },
    });
  });

  it('blames the device that computes for a wrong sum', () => {
    const state = { device: 'cpu' as const, detail: 'WebAssembly', refused: [] };
    expect(existing({ state, works: false, reason: 'out of memory' })).toEqual({
      cpu: { works: false, text: 'out of memory' },
    });
  });
});

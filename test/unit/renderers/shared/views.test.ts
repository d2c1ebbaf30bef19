// An output that the editor asks for again, because a picture was added to it, keeps its view.
import { afterEach, expect, it, vi } from 'vitest';
import { Views, type View } from '../../../../renderers/shared/views.ts';

afterEach(() => vi.unstubAllGlobals());

/** Views in a page of which only the parts exist that following the theme needs. */
function views(): Views<View> {
  vi.stubGlobal('document', {});
  vi.stubGlobal(
    'MutationObserver',
    class {
      observe() {}
    },
  );
  vi.stubGlobal('matchMedia', () => ({ addEventListener: () => {} }));
  return new Views();
}
const element = (isConnected = true) => ({ isConnected }) as HTMLElement;
const view = (): View => ({ restyle: () => {}, dispose: () => {} });

it('keeps what is drawn from the same bytes in the same element, and nothing else', () => {
  const all = views();
  const here = element();
  const bytes = new Uint8Array([1, 2]);
  expect(all.shows('a', here, bytes)).toBe(false);
  all.set('a', view());
  all.drew('a', here, bytes);
  expect(all.shows('a', here, new Uint8Array([1, 2]))).toBe(true);
  expect(all.shows('a', here, new Uint8Array([1, 3]))).toBe(false);
  expect(all.shows('a', here, new Uint8Array([1]))).toBe(false);
  expect(all.shows('a', element(), bytes)).toBe(false);
  expect(all.shows('b', here, bytes)).toBe(false);
  all.dispose('a');
  expect(all.shows('a', here, bytes)).toBe(false);
});

it('draws again in an element that was taken out of the page', () => {
  const all = views();
  const gone = element(false);
  all.set('a', view());
  all.drew('a', gone, new Uint8Array([1]));
  expect(all.shows('a', gone, new Uint8Array([1]))).toBe(false);
});

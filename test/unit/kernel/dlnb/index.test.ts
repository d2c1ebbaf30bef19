// `display` of the module `dlnb`: its options.
import { describe, expect, it } from 'vitest';
import { makeLibrary } from '../../../../kernel/dlnb/index.ts';

describe('display', () => {
  const shown: [value: unknown, id: string | undefined][] = [];
  const { library } = makeLibrary({
    display: async (value, { id }) => void shown.push([value, id]),
    signal: () => new AbortController().signal,
    run: () => shown,
    loaded: () => undefined,
    seed: () => {},
    cell: () => undefined,
    training: () => {},
    takeStop: () => false,
    panels: {} as never,
  });

  it('refuses unknown options and an empty id', () => {
    expect(() => library.display(1, { key: 'a' } as object)).toThrow(
      'display: there is no option "key"; there are "id", "raw"',
    );
    expect(() => library.display(1, { id: '' })).toThrow('display: the id must be a non-empty string');
  });

  it('may be called by forEach, which passes an index too', () => {
    ['a', 'b'].forEach(library.display as (value: string) => void);
    expect(shown).toEqual([['a', undefined], ['b', undefined]]); // prettier-ignore
  });
});

// `help` where the API reference is not there: in the package for all platforms, which has no types.
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { makeHelp } from '../../../../../kernel/dlnb/help/index.ts';

it.each([undefined, tmpdir()])('says that the reference is not in the package, with programs in %s', (programs) => {
  const help = makeHelp({ programs, loaded: () => undefined, library: () => ({}), layer: () => undefined });
  expect(() => help('viz.line')).toThrow(/^help: the API reference is not in this package of DLNB/);
});

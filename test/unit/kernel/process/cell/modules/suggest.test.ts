// What is said about a name that a module does not export.
import { expect, it } from 'vitest';
import { missingName } from '../../../../../../kernel/process/cell/modules/suggest.ts';

it('says what to write instead', () => {
  expect(missingName('x', 'default', ['b', 'a'])).toBe(
    `the module "x" has no default export; import names from it: import { a, b } from 'x'`,
  );
  expect(missingName('@tensorflow/tfjs', 'tensr', ['tensor'])).toBe(
    `the module "@tensorflow/tfjs" does not export "tensr"; did you mean "tensor"? Or import all: import * as tf from '@tensorflow/tfjs'`,
  );
});

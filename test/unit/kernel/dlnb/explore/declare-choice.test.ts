// What TypeScript knows of the value of a choice that has a label, which a button has too.
import { expect, expectTypeOf, it } from 'vitest';
import type { ValuesOf } from '../../../../../kernel/dlnb/explore/declare.ts';

it('a choice with a label gives one of its options, not the count of a button', () => {
  interface Controls {
    kind: { options: string[]; label: string };
    unit: { options: ('relu' | 'tanh')[]; label: string };
    again: { label: string };
  }
  expectTypeOf<ValuesOf<{ kind: Controls['kind'] }>>().toEqualTypeOf<{ kind: string }>();
  expectTypeOf<ValuesOf<{ unit: Controls['unit'] }>>().toEqualTypeOf<{ unit: 'relu' | 'tanh' }>();
  const values: ValuesOf<{ kind: Controls['kind'] }> = { kind: 'tanh' };
  expect(values.kind).toBe('tanh');
});

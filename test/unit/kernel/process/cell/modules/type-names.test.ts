// The list of type names is the one that the installed declarations give.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../../../../../paths.ts';
import { typeNamesText } from '../../../../../type-names.mts';

it('is current: else run node test/type-names.mts', () => {
  const file = path.join(root, 'kernel/process/cell/modules/type-names.json');
  expect(readFileSync(file, 'utf8')).toBe(typeNamesText());
}, 60_000);

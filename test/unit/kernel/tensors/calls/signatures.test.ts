// The parameters of ops are those that the installed declarations give.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../../../../paths.ts';
import { signaturesText } from '../../../../signatures.mts';

it('are current: else run node test/signatures.mts', () => {
  const file = path.join(root, 'kernel/tensors/calls/signatures.json');
  expect(readFileSync(file, 'utf8')).toBe(signaturesText());
}, 60_000);

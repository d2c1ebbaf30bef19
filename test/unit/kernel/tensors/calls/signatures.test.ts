// The parameters of ops are those that the installed declarations give.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../../../../paths.ts';
import { libraryText, signaturesText } from '../../../../signatures.mts';

it.each([
  ['signatures.json', signaturesText],
  ['library.json', libraryText],
])(
  '%s is current: else run node test/signatures.mts',
  (name, text) => {
    const file = path.join(root, 'kernel/tensors/calls', name);
    expect(readFileSync(file, 'utf8')).toBe(text());
  },
  60_000,
);

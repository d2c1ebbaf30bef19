// Which modules imports are offered of: `@tensorflow/tfjs` and `dlnb`, and not the files that they are made of.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { Cell } from '../../../../kernel/language/document.ts';
import { Language } from '../../../../kernel/language/notebook.ts';
import { findProgram } from '../../../../kernel/language/server.ts';
import { dist } from '../../../paths.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'dlnb-imports-'));
const settings = (section: string) =>
  section === 'js/ts' ? { preferences: { autoImportSpecifierExcludeRegexes: ['^node:os$'] } } : {};
const language = new Language({ program: findProgram(dist)!, types: path.join(dist, 'types'), folder, settings });
afterAll(async () => {
  await language.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const cell = (text: string, i: number): Cell => ({ id: `c${i + 1}`, kind: 'code', language: 'typescript', text });

it.each([
  ['train', ['@tensorflow/tfjs', 'dlnb']],
  ['oneHot', ['@tensorflow/tfjs']],
  ['viz', ['dlnb']],
  ['LayersModel', ['@tensorflow/tfjs']],
  ['readFileSync', ['fs', 'node:fs']],
  // What the user does not want
  ['networkInterfaces', ['os']],
])('an import of %s is offered of %j', async (name, modules) => {
  const notebook = language.open(path.join(folder, `${name}.dlnb`), ['1;', name].map(cell));
  const { items } = await notebook.completion('c2', { line: 0, character: name.length });
  const found = items.filter(({ label }) => label === name).map(({ labelDetails }) => labelDetails?.description);
  expect(found.sort()).toEqual(modules);
  const all = new Set(items.map(({ labelDetails }) => labelDetails?.description ?? ''));
  expect([...all].filter((from) => /^@tensorflow\/tfjs-|dist\/types/.test(from))).toEqual([]);
  notebook.close();
});

// `dlnb import`: the file it writes, that it replaces none, and its errors.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseNotebook } from '../../kernel/notebook/format/index.ts';
import { dlnb } from './cli.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'dlnb-import-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const cell = (source: string, language: string) => ({
  cell_type: 'code',
  metadata: { vscode: { languageId: language } },
  execution_count: null,
  outputs: [],
  source,
});
const notebook = JSON.stringify({
  nbformat: 4,
  nbformat_minor: 4,
  metadata: { kernelspec: { name: 'deno', language: 'typescript' } },
  cells: [cell('const a: number = 20;', 'typescript'), cell('a * 2 + 2', 'javascript'), cell('print(1)', 'python')],
});

it('writes a notebook beside the file, which runs', async () => {
  const file = path.join(folder, 'first.ipynb');
  writeFileSync(file, notebook);
  const made = await dlnb(folder, 'import', file);
  expect(made).toMatchObject({ code: 0, stdout: `${path.join(folder, 'first.dlnb')}\n` });
  expect(made.stderr).toBe('dlnb: 1 cell in python will be kept, not run\n');
  const run = await dlnb(folder, 'run', path.join(folder, 'first.dlnb'));
  expect(run.code).toBe(0);
  expect(run.stdout).toContain('42');
  expect(run.stdout).not.toContain('error');
});

it('never replaces a file', async () => {
  const [file, target] = [path.join(folder, 'second.ipynb'), path.join(folder, 'second.dlnb')];
  writeFileSync(file, notebook);
  writeFileSync(target, 'mine');
  for (const args of [[], ['--out', target]]) {
    const { code, stderr } = await dlnb(folder, 'import', file, ...args);
    expect(code).toBe(2);
    expect(stderr).toContain(`${target} exists and is left as it is. Name another file: --out FILE`);
  }
  expect(readFileSync(target, 'utf8')).toBe('mine');
  const other = await dlnb(folder, 'import', file, '--out', '-');
  expect(parseNotebook(other.stdout).cells).toHaveLength(3);
});

it('names the file and the place of a mistake', async () => {
  const file = path.join(folder, 'broken.ipynb');
  writeFileSync(file, '{\n "nbformat": 4,\n "cells": [}');
  const { code, stderr } = await dlnb(folder, 'import', file);
  expect(code).toBe(2);
  expect(stderr).toMatch(/broken\.ipynb, line 3, column 12: /);
  expect((await dlnb(folder, 'import', path.join(folder, 'none.ipynb'))).stderr).toMatch(/none\.ipynb: no such file/);
});

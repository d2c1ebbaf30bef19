// The import rule between the folders: what eslint.config.mjs forbids and what it allows.
import { ESLint } from 'eslint';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
let eslint: ESLint;

/** The messages of the import rule for a file that holds only this code. */
async function lint(file: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath: path.join(root, file) });
  const rules = ['@typescript-eslint/no-restricted-imports', 'no-restricted-syntax'];
  for (const m of result!.messages) if (m.fatal) throw new Error(m.message);
  return result!.messages.filter((m) => rules.includes(m.ruleId ?? '')).map((m) => m.message);
}

describe('the import rule', () => {
  beforeAll(() => {
    // The rule needs no type information, and the files of this test do not exist
    eslint = new ESLint({
      cwd: root,
      ruleFilter: ({ ruleId }) => /restricted/.test(ruleId),
      overrideConfig: { languageOptions: { parserOptions: { projectService: false } } },
    });
  });

  const allowed: [file: string, code: string][] = [
    ['extension/a.ts', "import * as vscode from 'vscode';"],
    ['extension/run/a.ts', "import { parse } from '../../kernel/format/index.ts';"],
    ['extension/commands/a.ts', "import { readChoice } from '../../kernel/scaffold/read.ts';"],
    ['extension/a.ts', "import { KernelProcess } from '../kernel/client/index.ts';"],
    ['extension/a.ts', "import type { HostMessage } from '../kernel/protocol.ts';"],
    ['extension/a.ts', "import { STDOUT, type CellError } from '../kernel/display/mime.ts';"],
    ['renderers/output/a.ts', "import type { CellError } from '../../kernel/display/mime.ts';"],
    ['renderers/output/a.ts', "import { theme } from '../shared/theme.ts';"],
    ['kernel/cell/a.ts', "import { STDOUT } from '../display/mime.ts';"],
    ['kernel/cell/a.ts', "const m = await import('node:fs');"],
  ];
  it.each(allowed)('allows in %s: %s', async (file, code) => {
    expect(await lint(file, code)).toEqual([]);
  });

  const refused: [file: string, code: string][] = [
    ['kernel/cell/a.ts', "import * as vscode from 'vscode';"],
    ['kernel/cell/a.ts', "import type { Uri } from 'vscode';"],
    ['kernel/cell/a.ts', "const v = await import('vscode');"],
    ['kernel/a.ts', "import { activate } from '../extension/main.ts';"],
    ['kernel/a.ts', "const e = await import('../extension/main.ts');"],
    ['kernel/display/a.ts', "import { draw } from '../../renderers/shared/draw.ts';"],
    ['renderers/output/a.ts', "import { parse } from '../../kernel/format/index.ts';"],
    ['renderers/output/a.ts', "import type { HostMessage } from '../../kernel/protocol.ts';"],
    ['renderers/output/a.ts', "import { window } from 'vscode';"],
    ['extension/a.ts', "import { ready } from '../kernel/protocol.ts';"],
    ['extension/run/a.ts', "import { evaluate } from '../../kernel/cell/evaluate.ts';"],
    ['extension/a.ts', "export { tf } from '../kernel/dl/tf.ts';"],
    ['extension/a.ts', "import { draw } from '../renderers/shared/draw.ts';"],
  ];
  it.each(refused)('refuses in %s: %s', async (file, code) => {
    expect(await lint(file, code)).toHaveLength(1);
  });
});

// The import rule between the rooms: what eslint.config.mjs forbids and what it allows.
import { ESLint } from 'eslint';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { root } from '../paths.ts';

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
    ['extension/execution/a.ts', "import { parse } from '../../kernel/notebook/format/index.ts';"],
    ['extension/commands/a.ts', "import { targetNotebook } from '../notebook/ids.ts';"],
    ['extension/a.ts', "import { KernelProcess } from '../kernel/host/client/index.ts';"],
    ['extension/a.ts', "import { PayloadError, type Fields } from '../kernel/wire/fields.ts';"],
    ['renderers/output/a.ts', "import { ERROR } from '../../kernel/wire/mime.ts';"],
    ['renderers/output/a.ts', "import { theme } from '../shared/theme.ts';"],
    ['kernel/process/cell/a.ts', "import { STDOUT } from '../../wire/mime.ts';"],
    ['kernel/process/cell/a.ts', "import { toBundle } from '../../outputs/bundle.ts';"],
    ['kernel/process/cell/a.ts', "const m = await import('node:fs');"],
    ['kernel/process/device/a.ts', "import type { startCpu } from '../../tensors/index.ts';"],
    ['kernel/process/a.ts', "import { makeLibrary } from '../dlnb/index.ts';"],
    ['kernel/dlnb/viz/graph/a.ts', "import type * as tf from '@tensorflow/tfjs-core';"],
    ['kernel/dlnb/viz/graph/a.ts', "import { check } from '../../options.ts';"],
    ['kernel/outputs/a.ts', "import { encode } from './tensor/encode.ts';"],
    ['kernel/tensors/engine/a.ts', "import * as tf from '@tensorflow/tfjs-core';"],
    ['kernel/tensors/a.ts', "import { valuesNow } from '../outputs/tensor/read.ts';"],
    ['kernel/host/client/a.ts', "import { check } from '../../tensors/backends/cuda/libraries.ts';"],
    ['kernel/host/export/a.ts', "import renderers from '../../../renderers/renderers.json';"],
    ['kernel/language/a.ts', "import { walk } from '../process/cell/walk.ts';"],
    ['kernel/host/cli/a.ts', "import { VirtualDocument } from '../../language/document.ts';"],
    ['extension/language/a.ts', "import { VirtualDocument } from '../../kernel/language/document.ts';"],
    ['kernel/host/cli/a.ts', "import { print } from '../../notebook/format/index.ts';"],
  ];
  it.each(allowed)('allows in %s: %s', async (file, code) => {
    expect(await lint(file, code)).toEqual([]);
  });

  const refused: [file: string, code: string][] = [
    ['kernel/process/cell/a.ts', "import * as vscode from 'vscode';"],
    ['kernel/process/cell/a.ts', "import type { Uri } from 'vscode';"],
    ['kernel/process/cell/a.ts', "const v = await import('vscode');"],
    ['kernel/host/a.ts', "import { activate } from '../../extension/main.ts';"],
    ['kernel/host/a.ts', "const e = await import('../../extension/main.ts');"],
    ['kernel/outputs/a.ts', "import { draw } from '../../renderers/shared/draw.ts';"],
    ['renderers/output/a.ts', "import { parse } from '../../kernel/notebook/format/index.ts';"],
    ['renderers/output/a.ts', "import type { toBundle } from '../../kernel/outputs/bundle.ts';"],
    ['renderers/output/a.ts', "import { window } from 'vscode';"],
    ['extension/execution/a.ts', "import { evaluate } from '../../kernel/process/cell/evaluate.ts';"],
    ['extension/a.ts', "export { tf } from '../kernel/tensors/index.ts';"],
    ['extension/a.ts', "import { toHtml } from '../kernel/host/export/html.ts';"],
    ['extension/a.ts', "import { draw } from '../renderers/shared/draw.ts';"],
    ['kernel/host/export/a.ts', "import { draw } from '../../../renderers/shared/draw.ts';"],
    // A value of TensorFlow.js outside kernel/tensors/ brings a second engine into a bundle
    ['kernel/dlnb/viz/a.ts', "import * as tf from '@tensorflow/tfjs-core';"],
    ['kernel/dlnb/viz/a.ts', "const tf = await import('@tensorflow/tfjs-core');"],
    ['kernel/outputs/a.ts', "import { scalar } from '@tensorflow/tfjs-core';"],
    ['kernel/process/a.ts', "export { tensor } from '@tensorflow/tfjs';"],
    ['renderers/tensor/a.ts', "import * as tf from '@tensorflow/tfjs-core';"],
    ['extension/a.ts', "import * as tf from '@tensorflow/tfjs-core';"],
    ['kernel/dlnb/a.ts', "import { startCpu } from '../tensors/index.ts';"],
    ['kernel/process/device/a.ts', "import { startCpu } from '../../tensors/index.ts';"],
    ['kernel/process/device/a.ts', "const { startCpu } = await import('../../tensors/index.ts');"],
    ['kernel/language/a.ts', "import { readTyped } from '../process/cell/typed.ts';"],
    ['kernel/language/a.ts', "import * as vscode from 'vscode';"],
    // No way back up
    ['kernel/wire/a.ts', "import type { toBundle } from '../outputs/bundle.ts';"],
    ['kernel/outputs/tensor/a.ts', "import type { viz } from '../../dlnb/viz/index.ts';"],
    ['kernel/tensors/a.ts', "import type { Session } from '../process/session.ts';"],
    ['kernel/dlnb/a.ts', "import type { Session } from '../process/session.ts';"],
    ['kernel/notebook/format/a.ts', "import { STDOUT } from '../../wire/mime.ts';"],
    ['kernel/host/client/a.ts', "import { startCuda } from '../../tensors/backends/cuda/index.ts';"],
    ['kernel/process/a.ts', "import { KernelProcess } from '../host/client/index.ts';"],
  ];
  it.each(refused)('refuses in %s: %s', async (file, code) => {
    expect(await lint(file, code)).toHaveLength(1);
  });
});

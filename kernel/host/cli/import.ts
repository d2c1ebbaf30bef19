// `dlnb import`: writes a Jupyter notebook as a `.dlnb` notebook. No file is ever replaced.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { printNotebook } from '../../notebook/format/index.ts';
import { importJupyter } from '../../notebook/jupyter/index.ts';
import { fileProblem, readFileAs } from './files.ts';
import { Target } from './target.ts';
import { UsageError } from './usage.ts';

/**
 * Writes the notebook and prints its name; says on stderr which cells will not run.
 * @returns the exit code
 * @throws UsageError if the file cannot be read or is no Jupyter notebook, or if the target exists
 */
export async function importCommand(file: string, { out }: { out?: string }): Promise<number> {
  const { notebook, notRun } = await readFileAs(file, importJupyter);
  const text = printNotebook(notebook);
  for (const [language, cells] of Object.entries(notRun))
    process.stderr.write(`dlnb: ${cells === 1 ? '1 cell' : `${cells} cells`} in ${language} will be kept, not run\n`);
  if (out === '-') {
    process.stdout.write(text);
    return 0;
  }
  const target = out ?? path.join(path.dirname(file), `${path.basename(file).replace(/\.ipynb$/i, '')}.dlnb`);
  await Target.open(target);
  try {
    await writeFile(target, text, { flag: 'wx' });
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code === 'EEXIST')
      throw new UsageError(`${target} exists and is left as it is. Name another file: --out FILE`);
    throw new UsageError(`${target}: ${fileProblem(e)}`);
  }
  process.stdout.write(`${target}\n`);
  return 0;
}

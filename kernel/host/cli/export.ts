// `dlnb export` and `dlnb report`: write notebooks with their outputs in another format.
import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { endRunning } from '../client/ended.ts';
import type { Notebook } from '../../notebook/format/types.ts';
import { readNotebook } from './files.ts';
import { STDOUT_NAME, Target } from './target.ts';
import { dist } from './start.ts';
import { UsageError } from './usage.ts';

export const FORMATS = ['html', 'ipynb', 'ts'] as const;

export interface ExportOptions {
  to: (typeof FORMATS)[number];
  out?: string;
}

/**
 * Writes the file and prints its name. Without `--out` an existing file is not replaced: `model.ts` beside `model.dlnb`
 * may be the user's own.
 * @returns the exit code
 * @throws UsageError if a file cannot be read or the result cannot be written
 */
export async function exportCommand(file: string, { to, out }: ExportOptions): Promise<number> {
  const notebook = await readTitled(file);
  const target = out ?? path.join(path.dirname(file), `${notebook.title}.${to}`);
  if (out === undefined && (await stat(target).catch(() => undefined))) {
    throw new UsageError(`${target} exists. To replace it, name it: --out ${target}`);
  }
  return write(target, () => convert(notebook, to));
}

/** Writes one web page of several notebooks; otherwise as {@link exportCommand}. */
export async function reportCommand(files: string[], { out }: { out: string }): Promise<number> {
  const notebooks = await Promise.all(files.map(readTitled));
  return write(out, () => toPage(notebooks));
}

async function write(target: string, make: () => Promise<string>): Promise<number> {
  const to = await Target.open(target);
  await to.write(await make());
  if (target !== STDOUT_NAME) process.stdout.write(`${target}\n`);
  return 0;
}

interface Titled {
  file: string;
  title: string;
  notebook: Notebook;
}

const readTitled = async (file: string): Promise<Titled> => ({
  file,
  title: titleOf(file),
  notebook: endRunning(await readNotebook(file)),
});
const titleOf = (file: string) => path.basename(file).replace(/\.dlnb$/i, '');

/** Loads the exporter when it is needed: `dlnb run` uses none. */
async function convert(notebook: Titled, to: ExportOptions['to']): Promise<string> {
  if (to === 'ts') return (await import('../export/ts.ts')).toTs(notebook.notebook);
  if (to === 'ipynb') return (await import('../export/ipynb.ts')).toIpynb(notebook.notebook);
  return toPage([notebook]);
}

async function toPage(notebooks: Titled[]): Promise<string> {
  const [{ toHtmlReport }, { imageOf }] = await Promise.all([
    import('../export/html.ts'),
    import('../export/images.ts'),
  ]);
  const withImages = notebooks.map(({ file, title, notebook }) => {
    return { title, notebook, resolveImage: (image: string) => imageOf(path.dirname(file), image) };
  });
  return toHtmlReport(withImages, { asset: (name) => readFileSync(path.join(dist, 'renderers', name), 'utf8') });
}

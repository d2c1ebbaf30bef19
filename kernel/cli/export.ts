// `dlnb export`: a notebook with its outputs, in another form.
import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Notebook } from '../format/types.ts';
import { checkWritable, readNotebook, writeWhole } from './files.ts';
import { dist } from './start.ts';
import { UsageError } from './usage.ts';

export const FORMATS = ['html', 'ipynb', 'ts'] as const;

export interface ExportOptions {
  to: (typeof FORMATS)[number];
  out?: string;
}

/**
 * Writes the file and prints its name. A file that stands where the default name points is not replaced: it may be somebody's own
 * (`model.ts` beside `model.dlnb`); one that is named with `--out` is.
 * @returns the exit code
 * @throws UsageError where a file cannot be read, or the result not be written
 */
export async function exportCommand(files: string[], { to, out }: ExportOptions): Promise<number> {
  if (files.length > 1 && to !== 'html')
    throw new UsageError(`only html takes several notebooks; export to ${to} one by one.`);
  if (files.length > 1 && out === undefined)
    throw new UsageError('name the report of several notebooks with --out FILE.');
  const notebooks = await Promise.all(
    files.map(async (file) => ({ file, title: titleOf(file), notebook: await readNotebook(file) })),
  );
  const target = out ?? path.join(path.dirname(files[0]!), `${titleOf(files[0]!)}.${to}`);
  if (target !== '-') {
    await checkWritable(target);
    if (out === undefined && (await stat(target).catch(() => undefined))) {
      throw new UsageError(`${target} exists. To replace it, name it: --out ${target}`);
    }
  }
  const text = await convert(notebooks, to);
  if (target === '-') process.stdout.write(text);
  else {
    await writeWhole(target, text);
    process.stdout.write(`${target}\n`);
  }
  return 0;
}

const titleOf = (file: string) => path.basename(file).replace(/\.dlnb$/i, '');

/** The exporters are loaded only here: `dlnb run` has no use for them. */
async function convert(
  notebooks: { file: string; title: string; notebook: Notebook }[],
  to: ExportOptions['to'],
): Promise<string> {
  const { notebook } = notebooks[0]!;
  if (to === 'ts') return (await import('../export/ts.ts')).toTs(notebook);
  if (to === 'ipynb') return (await import('../export/ipynb.ts')).toIpynb(notebook);
  const { toHtmlReport } = await import('../export/html.ts');
  const titled = notebooks.map(({ file, ...rest }) => ({
    ...rest,
    resolveImage: (image: string) => imageOf(path.dirname(file), image),
  }));
  return toHtmlReport(titled, { asset: (name) => readFileSync(path.join(dist, 'renderers', name), 'utf8') });
}

const IMAGES: Record<string, string> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.svg': 'image/svg+xml',
};

/** A picture beside the notebook as a data URL; undefined where there is none, or it is something else. */
function imageOf(folder: string, name: string): string | undefined {
  const type = IMAGES[path.extname(name).toLowerCase()];
  if (!type) return undefined;
  try {
    return `data:${type};base64,${readFileSync(path.resolve(folder, name)).toString('base64')}`;
  } catch {
    return undefined;
  }
}

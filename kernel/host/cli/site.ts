// `dlnb site`: writes the notebooks of a folder with their outputs as web pages with a table of contents.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { runningTime, type Sample } from '../../notebook/scaffold/course.ts';
import { courseTitle } from '../client/course.ts';
import type { SiteNotebook } from '../export/site.ts';
import { notebooksIn, readEnded } from './course.ts';
import { fileProblem } from './files.ts';
import { dist } from './start.ts';
import { UsageError } from './usage.ts';

export interface SiteCommandOptions {
  out: string;
  title?: string;
}

/**
 * Writes the site and prints the name of its table of contents. An `index.json` like that of the samples tells parts and
 * running times; without it they are read from the notebooks.
 * @returns the exit code: 0
 * @throws UsageError if there is no notebook, or the folder cannot be written or has an index.html of another program
 */
export async function siteCommand(folder: string, { out, title }: SiteCommandOptions): Promise<number> {
  const files = await notebooksIn(folder);
  const index = path.join(out, 'index.html');
  const old = await readFile(index, 'utf8').catch(() => undefined);
  if (old !== undefined && !old.includes('<meta name="generator" content="DLNB">'))
    throw new UsageError(`${index} is of another program; name another folder with --out`);
  const samples = await samplesOf(folder);
  const [{ makeSite }, { imageOf }] = await Promise.all([import('../export/site.ts'), import('../export/images.ts')]);
  const notebooks = await Promise.all(
    files.map(async (file): Promise<SiteNotebook> => {
      const sample = samples.find((s) => s.file === file);
      return {
        file,
        notebook: await readEnded(path.join(folder, file)),
        resolveImage: (image) => imageOf(folder, image),
        part: sample?.part,
        time: sample && runningTime(sample),
        teaches: sample?.teaches,
        prerequisites: sample?.prerequisites,
      };
    }),
  );
  const site = makeSite(notebooks, {
    title: title ?? (await titleOf(folder)),
    asset: (name) => readFileSync(path.join(dist, 'renderers', name), 'utf8'),
  });
  for (const [name, text] of site) {
    const file = path.join(out, name);
    try {
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, text);
    } catch (e) {
      throw new UsageError(`${file} cannot be written: ${fileProblem(e)}`);
    }
  }
  process.stdout.write(`${index}\n`);
  return 0;
}

/** The heading of the folder's README.md, else its name. */
async function titleOf(folder: string): Promise<string> {
  const readme = await readFile(path.join(folder, 'README.md'), 'utf8').catch(() => '');
  return courseTitle(readme) ?? path.basename(path.resolve(folder));
}

/** The entries of index.json in a folder, those that have the right form. */
async function samplesOf(folder: string): Promise<Sample[]> {
  const text = await readFile(path.join(folder, 'index.json'), 'utf8').catch(() => '[]');
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    return [];
  }
  const texts = ['file', 'title', 'part', 'teaches', 'prerequisites'] as const;
  const isSample = (entry: Partial<Sample> | null): entry is Sample =>
    typeof entry === 'object' &&
    typeof entry?.seconds === 'number' &&
    texts.every((key) => typeof entry[key] === 'string');
  return Array.isArray(list) ? (list as Partial<Sample>[]).filter(isSample) : [];
}

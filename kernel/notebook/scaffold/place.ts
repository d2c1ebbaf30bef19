// Writes new notebooks into folders. Existing files are never replaced: a taken name gets a number. The command line
// writes to the disk, the extension through the editor.
import { printNotebook } from '../format/index.ts';
import type { ModelChoice } from './choices.ts';
import { courseReadme, type Sample } from './course.ts';
import { modelFolder, modelName, modelNotebook } from './notebook.ts';

/** A folder to write into. It is created with its first file. */
export interface TargetFolder<F> {
  /** The names in the folder; empty if it does not exist. */
  names(): Promise<string[]>;
  /**
   * Writes a new file.
   * @returns its address; undefined if the name is taken, and then nothing is written
   * @throws Error if it cannot be written
   */
  create(name: string, content: Uint8Array): Promise<F | undefined>;
  /** The subfolder of that name. */
  inside(name: string): TargetFolder<F>;
}

/** `name`, `name-2`, `name-3` … */
const numbered = (name: string, n: number) => (n === 1 ? name : `${name}-${n}`);
const bytes = (text: string) => new TextEncoder().encode(text);

/** Writes a copy of a sample as `id.dlnb`, with a number if the name is taken. @returns its address */
export async function placeSample<F>(folder: TargetFolder<F>, id: string, content: Uint8Array): Promise<F> {
  for (let n = 1; ; n++) {
    const file = await folder.create(`${numbered(id, n)}.dlnb`, content);
    if (file !== undefined) return file;
  }
}

/** Writes the notebook of a choice, with a number if a notebook or a saved model has its name. @returns its address */
export async function placeModel<F>(folder: TargetFolder<F>, choice: ModelChoice): Promise<F> {
  const names = new Set(await folder.names());
  for (let n = 1; ; n++) {
    const name = numbered(modelName(choice), n);
    if (names.has(modelFolder(name))) continue;
    const file = await folder.create(`${name}.dlnb`, bytes(printNotebook(modelNotebook(choice, name))));
    if (file !== undefined) return file;
  }
}

/** The subfolder for a course if the given folder is not empty. */
export const COURSE_FOLDER = 'deep-learning-course';

/**
 * Writes all samples and a README.md into a folder. If the folder is not empty, it writes into a new subfolder. Names
 * that begin with a dot, such as those of version control, do not count.
 * @param read reads the file of a sample
 * @returns the address of the README.md
 */
export async function placeCourse<F>(
  folder: TargetFolder<F>,
  samples: readonly Sample[],
  read: (file: string) => Promise<Uint8Array>,
): Promise<F> {
  const files = await Promise.all(
    samples.map(async ({ file }): Promise<[string, Uint8Array]> => [file, await read(file)]),
  );
  let target = folder;
  const isTaken = async () => (await target.names()).some((name) => !name.startsWith('.'));
  for (let n = 1; await isTaken(); n++) target = folder.inside(numbered(COURSE_FOLDER, n));
  const write = async (name: string, content: Uint8Array): Promise<F> => {
    const file = await target.create(name, content);
    if (file === undefined)
      throw new Error(`${name} was created by another program while the course was being written; it was not replaced`);
    return file;
  };
  for (const [name, content] of files) await write(name, content);
  return write('README.md', bytes(courseReadme(samples)));
}

// Puts new notebooks into folders, and never over anything: what is taken gets a number. The folder is the disk's for the command line and
// the editor's for the extension.
import { printNotebook } from '../format/index.ts';
import type { ModelChoice } from './choices.ts';
import { courseReadme, type Sample } from './course.ts';
import { modelFolder, modelName, modelNotebook } from './notebook.ts';

/** A folder to write into; it is made when something is written. */
export interface TargetFolder<F> {
  /** What is in it; nothing where it does not exist. */
  names(): Promise<string[]>;
  /**
   * Writes a new file.
   * @returns its address; undefined, and nothing written, where there is something of that name
   * @throws Error where it cannot be written
   */
  create(name: string, content: Uint8Array): Promise<F | undefined>;
  /** The folder of that name inside. */
  inside(name: string): TargetFolder<F>;
}

/** `name`, `name-2`, `name-3` … */
const numbered = (name: string, n: number) => (n === 1 ? name : `${name}-${n}`);
const bytes = (text: string) => new TextEncoder().encode(text);

/** Writes a copy of a sample as `id.dlnb`, or with a number where that is taken. @returns its address */
export async function placeSample<F>(folder: TargetFolder<F>, id: string, content: Uint8Array): Promise<F> {
  for (let n = 1; ; n++) {
    const file = await folder.create(`${numbered(id, n)}.dlnb`, content);
    if (file !== undefined) return file;
  }
}

/**
 * Writes the notebook of a choice, with a number where a notebook or a saved model has its name. @returns its address
 */
export async function placeModel<F>(folder: TargetFolder<F>, choice: ModelChoice): Promise<F> {
  const names = new Set(await folder.names());
  for (let n = 1; ; n++) {
    const name = numbered(modelName(choice), n);
    if (names.has(modelFolder(name))) continue;
    const file = await folder.create(`${name}.dlnb`, bytes(printNotebook(modelNotebook(choice, name))));
    if (file !== undefined) return file;
  }
}

/** The folder that a course goes to where the one that was named holds other things. */
export const COURSE_FOLDER = 'deep-learning-course';

/**
 * Writes all samples and a README.md into a folder, or, where that is not empty, into a new folder inside. Files that begin with a dot do not
 * count, as those of version control.
 * @param read gives the content of a sample's file
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
    if (file === undefined) throw new Error(`${name} has appeared while the course was written; nothing was replaced`);
    return file;
  };
  for (const [name, content] of files) await write(name, content);
  return write('README.md', bytes(courseReadme(samples)));
}

// `dlnb new`: copies a sample or all of them, or creates a notebook for a model. Existing files are never replaced.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ARCHITECTURES, DATA_SETS, dataOf, OPTIMIZERS } from '../../notebook/scaffold/choices.ts';
import type { Sample } from '../../notebook/scaffold/course.ts';
import { placeCourse, placeModel, placeSample, type TargetFolder } from '../../notebook/scaffold/place.ts';
import { ChoiceError, didYouMean, readChoice } from '../../notebook/scaffold/read.ts';
import { fileProblem } from './files.ts';
import { dist } from './start.ts';
import { UsageError } from './usage.ts';

/** Options of `dlnb new`. */
export interface NewOptions {
  /** The folder of a course. */
  course?: string;
  /** An architecture. */
  model?: string;
  data?: string;
  optimizer?: string;
}

const samples = path.join(dist, '..', 'samples');

/**
 * Creates a notebook or a course and prints its path; without arguments, lists samples and models.
 * @param names a sample and a folder, or with `model` a folder alone
 * @returns the exit code
 * @throws UsageError for an unknown name, with the known ones, and for a folder that cannot be written
 */
export async function newCommand(names: readonly string[], options: NewOptions): Promise<number> {
  const { course, model, data, optimizer } = options;
  if (model === undefined && (data !== undefined || optimizer !== undefined))
    throw new UsageError('--data and --optimizer say how a model is trained: name its architecture, too, with --model');
  if (course !== undefined) {
    if (model !== undefined) throw new UsageError('--course and --model make different things: give one of them');
    takeNone(names, '--course takes its folder and nothing else');
    return print(() => makeCourse(course));
  }
  if (model !== undefined) {
    const [dir = '.', ...more] = names;
    takeNone(more, '--model takes one folder');
    return print(() => placeModel(new DiskFolder(dir), readChoice({ architecture: model, data, optimizer })));
  }
  const [id, dir = '.', ...more] = names;
  takeNone(more, 'a sample takes one folder');
  if (id === undefined) return list();
  return print(() => copySample(id, dir));
}

function takeNone(names: readonly string[], rule: string): void {
  if (names.length > 0) throw new UsageError(`${rule}: leave out ${names.map((name) => `"${name}"`).join(' ')}`);
}

async function print(make: () => Promise<string>): Promise<number> {
  try {
    process.stdout.write(`${await make()}\n`);
    return 0;
  } catch (e) {
    if (e instanceof ChoiceError) throw new UsageError(e.message);
    throw e;
  }
}

async function copySample(id: string, dir: string): Promise<string> {
  const index = await readIndex();
  const sample = index.find((s) => s.id === id);
  if (!sample) {
    const near = didYouMean(
      id,
      index.map((s) => s.id),
    );
    throw new UsageError(`there is no sample "${id}"${near}. The samples are:\n${listSamples(index)}`);
  }
  return placeSample(new DiskFolder(dir), id, await readFile(path.join(samples, sample.file)));
}

const makeCourse = async (dir: string) =>
  placeCourse(new DiskFolder(dir), await readIndex(), (file) => readFile(path.join(samples, file)));

/** A folder of the disk. Errors are one line for the user. */
class DiskFolder implements TargetFolder<string> {
  constructor(private readonly dir: string) {}

  async names(): Promise<string[]> {
    return readdir(this.dir).catch((e: NodeJS.ErrnoException) => {
      if (e.code === 'ENOENT') return [];
      throw new UsageError(`${this.dir}: ${fileProblem(e)}`);
    });
  }

  async create(name: string, content: Uint8Array): Promise<string | undefined> {
    const file = path.join(this.dir, name);
    try {
      await mkdir(this.dir, { recursive: true });
      await writeFile(file, content, { flag: 'wx' });
      return file;
    } catch (e) {
      // mkdir reports the same code for a file that has the folder's name
      const { code, syscall } = e as NodeJS.ErrnoException;
      if (code === 'EEXIST' && syscall === 'open') return undefined;
      throw new UsageError(`${this.dir}: ${code === 'EEXIST' ? 'this is a file, not a folder' : fileProblem(e)}`);
    }
  }

  inside(name: string): DiskFolder {
    return new DiskFolder(path.join(this.dir, name));
  }
}

/** Prints the samples and models. */
async function list(): Promise<number> {
  const models = ARCHITECTURES.map((a) => [a.id, `${a.label}; data: ${dataOf(a).join(', ')}`]);
  const downloads = DATA_SETS.filter((d) => d.download).map((d) => `${d.id} (${d.download})`);
  const optimizers = OPTIMIZERS.map(({ id }) => id).join(', ');
  process.stdout.write(
    `Samples: dlnb new SAMPLE [DIR]
${listSamples(await readIndex())}

All of them, with a table of contents: dlnb new --course DIR

Models: dlnb new --model ARCHITECTURE [--data SET] [--optimizer NAME] [DIR]
${columns(models)}
  optimizers: ${optimizers}
  downloaded when their cell runs: ${downloads.join(', ')}
`,
  );
  return 0;
}

const listSamples = (index: readonly Sample[]) => columns(index.map(({ id, title }) => [id, title]));

function columns(rows: readonly (readonly string[])[]): string {
  const width = Math.max(...rows.map(([first]) => first!.length));
  return rows.map(([first, second]) => `  ${first!.padEnd(width)}  ${second}`).join('\n');
}

async function readIndex(): Promise<Sample[]> {
  const file = path.join(samples, 'index.json');
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Sample[];
  } catch (e) {
    throw new Error(`the samples of this program are missing (${file}: ${fileProblem(e)}). Install it again.`, {
      cause: e,
    });
  }
}

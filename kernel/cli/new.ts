// `dlnb new`: copies a sample notebook into a folder, never over a file.
import { constants, copyFile, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileProblem } from './files.ts';
import { dist } from './start.ts';
import { UsageError } from './usage.ts';

interface Sample {
  id: string;
  title: string;
}

const samples = path.join(dist, '..', 'samples');

/**
 * @returns the exit code
 * @throws UsageError for an unknown sample (naming those there are) and a folder that cannot be written
 */
export async function newCommand(id: string, dir: string): Promise<number> {
  const index = await readIndex();
  if (!index.some((sample) => sample.id === id)) {
    throw new UsageError(`there is no sample "${id}". The samples are:\n${listSamples(index)}`);
  }
  try {
    await mkdir(dir, { recursive: true });
    for (let n = 1; ; n++) {
      const file = path.join(dir, `${id}${n === 1 ? '' : `-${n}`}.dlnb`);
      try {
        await copyFile(path.join(samples, `${id}.dlnb`), file, constants.COPYFILE_EXCL);
      } catch (e) {
        if ((e as NodeJS.ErrnoException).code === 'EEXIST') continue;
        throw e;
      }
      process.stdout.write(`${file}\n`);
      return 0;
    }
  } catch (e) {
    throw new UsageError(`${dir}: ${fileProblem(e)}`);
  }
}

/** Prints what samples there are. */
export async function listCommand(): Promise<number> {
  process.stdout.write(`${listSamples(await readIndex())}\n`);
  return 0;
}

function listSamples(index: readonly Sample[]): string {
  const width = Math.max(...index.map(({ id }) => id.length));
  return index.map(({ id, title }) => `  ${id.padEnd(width)}  ${title}`).join('\n');
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

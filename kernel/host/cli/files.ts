// Reads notebooks, with errors of one line.
import { readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { decodeNotebook, FormatError, type Notebook } from '../../notebook/format/index.ts';
import { UsageError } from './usage.ts';

/** @throws UsageError if the file is missing or is no notebook that this version can read */
export const readNotebook = (file: string): Promise<Notebook> => readFileAs(file, decodeNotebook);

/**
 * Reads a file by a decoder of notebooks.
 * @throws UsageError if the file cannot be read, or if the decoder throws a FormatError
 */
export async function readFileAs<T>(file: string, decode: (bytes: Uint8Array) => T): Promise<T> {
  let bytes;
  try {
    bytes = await readFile(file);
  } catch (e) {
    throw new UsageError(`${file}: ${fileProblem(e)}`);
  }
  try {
    return decode(bytes);
  } catch (e) {
    if (e instanceof FormatError) throw new UsageError(`${file}, ${e.message}`);
    throw e;
  }
}

/** Whether both paths lead to the same file. A missing file is compared by its path. */
export async function sameFile(a: string, b: string): Promise<boolean> {
  const real = (file: string) => realpath(file).catch(() => path.resolve(file));
  return (await real(a)) === (await real(b));
}

export const isFolder = async (file: string) => !!(await stat(file).catch(() => undefined))?.isDirectory();

const problems: Record<string, string> = {
  ENOENT: 'no such file',
  EISDIR: 'this is a folder, not a notebook',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOSPC: 'no space left on the disk',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of the path is not a folder',
  ENAMETOOLONG: 'its name is too long',
  EPIPE: 'nobody reads it any more',
  EBUSY: 'it is in use',
};

/** An error of the file system in words. */
export function fileProblem(e: unknown): string {
  const { code, message } = e as NodeJS.ErrnoException;
  return (code && problems[code]) ?? message;
}

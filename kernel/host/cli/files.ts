// Reads notebooks, with errors of one line, and writes files so that none is ever half written.
import { randomBytes } from 'node:crypto';
import { chmod, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
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

/** Checks a target before the work begins. @throws UsageError if the file cannot be written */
export async function checkWritable(file: string): Promise<void> {
  if (await isFolder(file)) throw new UsageError(`${file} is a folder; name a file.`);
  const folder = path.dirname(path.resolve(file));
  if (!(await isFolder(folder))) throw new UsageError(`${file}: there is no folder ${folder}`);
}

/** Whether both paths lead to the same file. A missing file is compared by its path. */
export async function sameFile(a: string, b: string): Promise<boolean> {
  const real = (file: string) => realpath(file).catch(() => path.resolve(file));
  return (await real(a)) === (await real(b));
}

/** Replaces the file in one step; on failure the old one is unchanged. Links and permissions are kept. */
export async function writeWhole(file: string, text: string): Promise<void> {
  const target = await realpath(file).catch(() => path.resolve(file));
  const part = path.join(path.dirname(target), `.${path.basename(target)}.${randomBytes(6).toString('hex')}.part`);
  const mode = (await stat(target).catch(() => undefined))?.mode;
  try {
    const handle = await open(part, 'wx');
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (mode !== undefined) await chmod(part, mode & 0o7777);
    await rename(part, target);
  } catch (e) {
    await rm(part, { force: true });
    throw new Error(`${file} cannot be written: ${fileProblem(e)}`, { cause: e });
  }
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
};

/** An error of the file system in words. */
export function fileProblem(e: unknown): string {
  const { code, message } = e as NodeJS.ErrnoException;
  return (code && problems[code]) ?? message;
}
